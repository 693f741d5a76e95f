import { Button, Input, Popover } from "antd";
import { ArrowDown, ArrowUp, Languages, Trash2 } from "lucide-react";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import type { LayoutGroup } from "@/layouts/layoutsApi";
import { languageNames, languages } from "@/ui/languages";
import styles from "./layouts.module.css";

interface Props {
  group: LayoutGroup;
  title: string;
  isFirst: boolean;
  isLast: boolean;
  isOnly: boolean;
  onLabels: (labels: LayoutGroup["labels"]) => void;
  onMove: (by: 1 | -1) => void;
  onRemove: () => void;
}

/** The title of a group, its place among the others, and its end. */
export function GroupHead({ group, title, onLabels, onMove, onRemove, ...rest }: Props) {
  const { t } = useTranslation();
  const shown = title || t("layouts.untitled");
  const which = { name: shown };
  return (
    <header className={styles.head}>
      <h2 className="ellipsis" data-untitled={!title}>
        {shown}
      </h2>
      <Popover
        trigger="click"
        placement="bottomRight"
        content={<Titles group={group} onLabels={onLabels} />}
      >
        <Button
          type="text"
          size="small"
          icon={<Languages size={15} />}
          aria-label={t("layouts.titles", which)}
        />
      </Popover>
      <Button
        type="text"
        size="small"
        icon={<ArrowUp size={15} />}
        aria-label={t("layouts.groupUp", which)}
        disabled={rest.isFirst}
        onClick={() => onMove(-1)}
      />
      <Button
        type="text"
        size="small"
        icon={<ArrowDown size={15} />}
        aria-label={t("layouts.groupDown", which)}
        disabled={rest.isLast}
        onClick={() => onMove(1)}
      />
      <Button
        type="text"
        size="small"
        icon={<Trash2 size={15} />}
        aria-label={t("layouts.groupRemove", which)}
        disabled={rest.isOnly}
        onClick={onRemove}
      />
    </header>
  );
}

function Titles({ group, onLabels }: Pick<Props, "group" | "onLabels">) {
  const { t } = useTranslation();
  const id = useId();
  return (
    <div className={styles.titles}>
      {languages.map((language) => (
        <div key={language}>
          <label htmlFor={`${id}-${language}`}>{languageNames[language]}</label>
          <Input
            id={`${id}-${language}`}
            maxLength={100}
            placeholder={group.title}
            value={group.labels[language] ?? ""}
            onChange={({ target }) => onLabels({ ...group.labels, [language]: target.value })}
          />
        </div>
      ))}
      <small className="secondary">{t("layouts.titlesHint")}</small>
    </div>
  );
}
