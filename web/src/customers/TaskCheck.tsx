import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Checkbox } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { request } from "@/api/client";
import { recordsKey } from "@/api/records";
import { useErrorText } from "@/ui/errorText";

interface Props {
  id: string;
  title: string;
  done: boolean;
  customer: string;
}

/** Ticks a task off at once; a refusal puts the mark back and says why. */
export function TaskCheck({ id, title, done, customer }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { message } = App.useApp();
  const errorText = useErrorText();
  const [ticked, setTicked] = useState<boolean | null>(null);
  const toggle = useMutation({
    mutationFn: (next: boolean) => request("POST", `/tasks/${id}/${next ? "complete" : "reopen"}`),
    onMutate: setTicked,
    onError: (error) => void message.error(errorText(error)),
    onSettled: async () => {
      await Promise.all([
        client.invalidateQueries({ queryKey: ["timeline", customer] }),
        client.invalidateQueries({ queryKey: recordsKey("tasks") }),
      ]);
      setTicked(null);
    },
  });
  const shown = ticked ?? done;
  return (
    <Checkbox
      checked={shown}
      aria-label={t(shown ? "customer.task.reopen" : "customer.task.complete", { title })}
      onChange={(event) => toggle.mutate(event.target.checked)}
    />
  );
}
