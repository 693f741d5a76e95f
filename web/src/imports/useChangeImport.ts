import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App } from "antd";
import {
  changeImport,
  type Import,
  type ImportChange,
  type ImportVerb,
  importQuery,
  refreshImport,
  tellImport,
} from "@/imports/importsApi";
import { useErrorText } from "@/ui/errorText";

/** Shows a change at once and keeps it with the import; a refusal puts the old one back and says why. */
export function useChangeImport(id: string) {
  const client = useQueryClient();
  const { message } = App.useApp();
  const errorText = useErrorText();
  const { queryKey } = importQuery(id);
  return useMutation({
    scope: { id: `import-${id}` },
    mutationFn: (change: ImportChange) => changeImport(id, change),
    onMutate: async ({ mapping, options }) => {
      await client.cancelQueries({ queryKey });
      const before = client.getQueryData<Import>(queryKey);
      client.setQueryData<Import>(
        queryKey,
        (old) =>
          old && {
            ...old,
            mapping: mapping ?? old.mapping,
            options: { ...old.options, ...options },
          },
      );
      return before;
    },
    onSuccess: (changed) => client.setQueryData(queryKey, changed),
    onError: (error, _change, before) => {
      client.setQueryData(queryKey, before);
      message.error(errorText(error));
    },
  });
}

/** Preview, run, cancel, resume, undo: the import is read again, and from then on until it rests. */
export function useTellImport(id: string, onTold?: (verb: ImportVerb) => void) {
  const client = useQueryClient();
  const { message } = App.useApp();
  const errorText = useErrorText();
  return useMutation({
    mutationFn: (verb: ImportVerb) => tellImport(id, verb),
    onSuccess: async (_answer, verb) => {
      await refreshImport(client, id);
      void client.invalidateQueries({ queryKey: ["jobs"] });
      onTold?.(verb);
    },
    onError: (error) => void message.error(errorText(error)),
  });
}
