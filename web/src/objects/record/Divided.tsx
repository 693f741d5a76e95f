import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { splitQuery, type Values } from "@/api/records";
import type { FieldMeta, ObjectMeta } from "@/api/types";
import { asString } from "@/objects/fields/fieldType";
import { useDebounced } from "@/ui/useDebounced";
import styles from "./record.module.css";

const pause = 400; // milliseconds without a key
/** Addresses that name a province, city or district name its kind; streets seldom are so long. */
const shape = /[省市区區县縣州盟旗]/u;

export const mayDivide = (object: ObjectMeta, field: FieldMeta) =>
  object.wholes?.some((whole) => whole.field === field.name) ?? false;

const worthAsking = (value: unknown) => {
  const text = asString(value).trim();
  return [...text].length >= 6 && shape.test(text) ? text : "";
};

interface Props {
  object: ObjectMeta;
  field: FieldMeta;
  value: unknown;
  onTake: (values: Values) => void;
}

/** A whole address in the box of the street: its parts, for whoever wants them in their fields. */
export function Divided({ object, field, value, onTake }: Props) {
  const { t } = useTranslation();
  const text = useDebounced(worthAsking(value), pause);
  const { data = {} } = useQuery({ ...splitQuery(object.path, field.name, text), enabled: !!text });
  const parts = object.wholes?.find((whole) => whole.field === field.name)?.parts ?? [];
  const said = parts.flatMap((name) => data[name] ?? []);
  const isOfNow = text === worthAsking(value);
  return (
    <small role="status" className={styles.alike}>
      {isOfNow && said.length > 0 && (
        <>
          <span>{[...new Set(said)].join(" · ")}</span>
          <Button type="link" size="small" onClick={() => onTake(data)}>
            {t("record.divide")}
          </Button>
        </>
      )}
    </small>
  );
}
