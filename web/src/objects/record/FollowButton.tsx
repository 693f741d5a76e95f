import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Tooltip } from "antd";
import { Bell, BellRing } from "lucide-react";
import { useTranslation } from "react-i18next";
import { followQuery, setFollow } from "@/api/follows";
import type { ObjectMeta } from "@/api/types";
import { useCommands } from "@/ui/commands";
import { useErrorText } from "@/ui/errorText";
import styles from "./record.module.css";

/** Whether one is told of changes to a record; an owner is, unless they say otherwise. */
export function FollowButton({ object, id }: { object: ObjectMeta; id: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { message } = App.useApp();
  const errorText = useErrorText();
  const query = followQuery(object.name, id);
  const { data } = useQuery(query);
  const following = data?.following ?? false;
  const { mutate } = useMutation({
    mutationFn: (wanted: boolean) => setFollow(object.name, id, wanted),
    onMutate: (wanted) => client.setQueryData(query.queryKey, { following: wanted }),
    onError: (error) => {
      message.error(errorText(error));
      return client.invalidateQueries(query);
    },
  });
  const toggle = () => mutate(!following);
  const Icon = following ? BellRing : Bell;
  const text = t(following ? "notifications.unfollowText" : "notifications.followText");
  useCommands(
    data
      ? [
          {
            id: following ? "unfollow" : "follow",
            label: text,
            icon: Icon,
            group: t("palette.group.record"),
            run: toggle,
          },
        ]
      : [],
  );
  if (!data) return null;
  const label = t(following ? "notifications.following" : "notifications.follow");
  return (
    <Tooltip title={text}>
      <Button icon={<Icon size={15} />} aria-label={label} onClick={toggle}>
        <span className={styles.wideOnly}>{label}</span>
      </Button>
    </Tooltip>
  );
}
