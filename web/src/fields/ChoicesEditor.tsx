import { Button, Input, Select } from "antd";
import { Archive, ArchiveRestore, ArrowDown, ArrowUp, Plus, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { colorOf, colors, isSaved } from "@/fields/draft";
import type { Choice } from "@/fields/fieldsApi";
import { Chip } from "@/ui/Chip";
import { type Language, textIn } from "@/ui/languages";
import styles from "./fields.module.css";

interface Props {
  choices: Choice[];
  language: Language;
  error?: string;
  legend?: string;
  onChange: (choices: Choice[]) => void;
}

/** The choices in their order. One that records may hold is archived, not taken away. */
export function ChoicesEditor({ choices, language, error, legend, onChange }: Props) {
  const { t } = useTranslation();
  const change = (at: number, part: Partial<Choice>) =>
    onChange(choices.map((choice, i) => (i === at ? { ...choice, ...part } : choice)));

  function move(at: number, by: number) {
    const next = [...choices];
    const [moved] = next.splice(at, 1);
    if (moved) next.splice(at + by, 0, moved);
    onChange(next);
  }

  return (
    <fieldset className={styles.choices}>
      <legend>{legend ?? t("fields.choices")}</legend>
      {choices.map((choice, at) => {
        const which = { n: at + 1 };
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a choice has no other identity before it is saved
          <div key={at} className={styles.choice} data-archived={choice.archived}>
            <Select
              className={styles.color}
              aria-label={t("fields.choiceColor", which)}
              value={colorOf(choice, at)}
              options={colors.map((value) => ({
                value,
                label: <Chip color={value}>{t(`fields.color.${value}`)}</Chip>,
              }))}
              onChange={(color) => change(at, { color })}
            />
            <Input
              aria-label={t("fields.choiceName", which)}
              maxLength={100}
              placeholder={textIn(choice.labels, language)}
              value={choice.labels[language] ?? ""}
              onChange={(event) =>
                change(at, { labels: { ...choice.labels, [language]: event.target.value } })
              }
            />
            <Button
              type="text"
              icon={<ArrowUp size={15} />}
              aria-label={t("fields.choiceUp", which)}
              disabled={at === 0}
              onClick={() => move(at, -1)}
            />
            <Button
              type="text"
              icon={<ArrowDown size={15} />}
              aria-label={t("fields.choiceDown", which)}
              disabled={at === choices.length - 1}
              onClick={() => move(at, 1)}
            />
            {isSaved(choice) ? (
              <Button
                type="text"
                icon={choice.archived ? <ArchiveRestore size={15} /> : <Archive size={15} />}
                aria-label={t(
                  choice.archived ? "fields.choiceRestore" : "fields.choiceArchive",
                  which,
                )}
                onClick={() => change(at, { archived: !choice.archived })}
              />
            ) : (
              <Button
                type="text"
                icon={<X size={15} />}
                aria-label={t("fields.choiceRemove", which)}
                disabled={choices.length === 1}
                onClick={() => onChange(choices.filter((_, i) => i !== at))}
              />
            )}
          </div>
        );
      })}
      <Button
        icon={<Plus size={15} />}
        onClick={() => onChange([...choices, { value: "", labels: {} }])}
      >
        {t("fields.choiceAdd")}
      </Button>
      {error && (
        <small className={styles.problem} role="alert">
          {error}
        </small>
      )}
    </fieldset>
  );
}
