"""Why a sign-in through a provider came to nothing, for the person and for the audit log."""

from django.utils.translation import gettext as _


class SignInRefused(Exception):
    """Carries a code of `words`; `told` is the provider's own code for an error, if it gave one."""

    def __init__(self, code: str, *, told: str = ""):
        super().__init__(code)
        self.code, self.told = code, told


def words() -> dict[str, str]:
    """What is told of each code, and what to do about it. "%(name)s" is the provider."""
    return {
        "gone": _("This way of signing in is switched off. Choose another one."),
        "not_begun": _(
            "This sign-in was begun in another browser, was used already or took too long."
            " Begin again."
        ),
        "unreachable": _(
            "%(name)s does not answer. Try again in a moment;"
            " if it stays this way, tell your administrator."
        ),
        "forbidden": _(
            "%(name)s lies inside the network, where this server may not go. Tell your"
            " administrator: its host has to be listed in GUANXI_SSO_HOSTS."
        ),
        "broken": _(
            "%(name)s answers otherwise than OpenID Connect says."
            " Tell your administrator to test it in the settings."
        ),
        "issuer": _(
            "%(name)s says that it is another issuer than the settings say."
            " Tell your administrator."
        ),
        "client": _(
            "%(name)s does not take our client id and secret."
            " Tell your administrator to enter them again."
        ),
        "denied": _("%(name)s did not let you in, or you turned back. Begin again."),
        "refused": _("%(name)s refused: %(told)s. Begin again, or tell your administrator."),
        "token": _(
            "What %(name)s said of you could not be verified. Begin again;"
            " if it stays this way, tell your administrator."
        ),
        "no_email": _(
            "%(name)s does not say that it has verified your e-mail address."
            " Tell your administrator."
        ),
        "domain": _("Your e-mail address is of none of the domains that %(name)s serves here."),
        "unknown": _(
            "Nobody here has your e-mail address. Ask your administrator to invite you,"
            " or to enter it in the settings."
        ),
        "ambiguous": _(
            "Several people here have your e-mail address. Ask your administrator to tell them"
            " apart."
        ),
        "other_subject": _(
            "You are known here by another sign-in of %(name)s. Ask your administrator to end"
            " that link."
        ),
        "name_taken": _(
            "Somebody else signs in by your e-mail address as their name."
            " Ask your administrator to invite you."
        ),
        "inactive": _("You have no access here any more. Ask your administrator."),
    }


def sentence(code: str, *, name: str, told: str = "") -> str:
    return words()[code] % {"name": name, "told": told}
