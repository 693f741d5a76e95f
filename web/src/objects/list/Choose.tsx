import { Button, Dropdown } from "antd";
import type { ReactNode } from "react";
import styles from "./list.module.css";

export interface ChooseProps<K extends string> {
  /** What is chosen, in words that say it by themselves: "By status". */
  label: string;
  icon: ReactNode;
  items: { key: K; label: string }[];
  chosen: K | undefined;
  /** Drawn as something that is set, not as an offer. */
  isSet?: boolean;
  onChoose: (key: K) => void;
}

/** A button of the toolbar that opens a short list to choose one of. */
export function Choose<K extends string>({
  label,
  icon,
  items,
  chosen,
  isSet = true,
  onChoose,
}: ChooseProps<K>) {
  return (
    <Dropdown
      trigger={["click"]}
      autoFocus
      menu={{
        items,
        selectedKeys: chosen === undefined ? [] : [chosen],
        onClick: ({ key }) => onChoose(key as K),
        className: styles.menu,
      }}
    >
      <Button type={isSet ? "default" : "text"} icon={icon}>
        {label}
      </Button>
    </Dropdown>
  );
}
