import { type QueryKey, useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button, Dropdown, type MenuProps } from "antd";
import { Ellipsis } from "lucide-react";
import { useErrorText } from "@/ui/errorText";

export type Actions = MenuProps["items"];

/** What can be done with one row of a table of settings. */
export function ActionsMenu({ label, items }: { label: string; items: Actions }) {
  return (
    <Dropdown trigger={["click"]} menu={{ items }}>
      <Button type="text" icon={<Ellipsis size={16} />} aria-label={label} />
    </Dropdown>
  );
}

/** Runs such an action: what the table shows is asked for again, a failure is told. */
export function useAct(queryKey: QueryKey) {
  const client = useQueryClient();
  const { message } = App.useApp();
  const errorText = useErrorText();
  return useMutation({
    mutationFn: (action: () => Promise<unknown>) => action(),
    onSettled: () => client.invalidateQueries({ queryKey }),
    onError: (error) => void message.error(errorText(error)),
  });
}
