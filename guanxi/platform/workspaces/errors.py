"""What can go wrong with a workspace, in words for the person who runs it."""


class WorkspaceError(Exception):
    """The workspace cannot be used as asked. The message says why and what to do.

    Commands print it without a traceback.
    """
