import { useTranslation } from "react-i18next";
import { fieldOf } from "@/api/meta";
import type { LinkValue, ObjectMeta, RecordRow } from "@/api/types";
import { tone } from "@/customers/scoreText";
import { FieldValue } from "@/objects/fields/FieldValue";
import { isBlank } from "@/objects/fields/fieldType";
import { Chip } from "@/ui/Chip";
import { useFormat } from "@/ui/format";
import styles from "./customer.module.css";

const tones = { low: "red", middle: "gold", high: "green" };

interface Props {
  object: ObjectMeta;
  record: RecordRow;
}

/** Who this is, in the space of a line: kind, owner, stage, worth and risk. */
export function CustomerChips({ object, record }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const owner = record.owner as LinkValue | null | undefined;
  const alive = isBlank(record.probability_alive) ? null : Number(record.probability_alive);
  return (
    <>
      <Choice object={object} record={record} name="kind" />
      <Choice object={object} record={record} name="stage" />
      {!isBlank(record.expected_value_12m) && (
        <Chip color="blue">
          {t("customer.chip.expected", {
            amount: format.money(record.expected_value_12m as string, null, true),
          })}
        </Chip>
      )}
      {alive !== null && (
        <Chip color={tones[tone(alive)]}>
          {t("customer.chip.alive", { share: format.share(alive) })}
        </Chip>
      )}
      <span className={styles.owner}>
        {owner ? t("customer.chip.owner", { name: owner.label }) : t("customer.chip.noOwner")}
      </span>
    </>
  );
}

function Choice({ object, record, name }: Props & { name: string }) {
  const field = fieldOf(object, name);
  if (!field || isBlank(record[name])) return null;
  return <FieldValue field={field} value={record[name]} record={record} />;
}
