import { useTranslation } from "react-i18next";
import type { Amount, Figure, Group } from "@/customers/relations";
import { useFormat } from "@/ui/format";
import styles from "./groups.module.css";

/** Figures of groups in the reader's way: counts, and money of the books without its cents. */
export function useFigure() {
  const format = useFormat();
  return {
    count: (value: number) => format.number(value),
    of: ({ type }: Pick<Figure, "type">, value: number | string | undefined, currency: string) =>
      type === "money" ? format.money(value ?? 0, currency, true) : format.number(value ?? 0),
  };
}

interface Props {
  group: Pick<Group, "figures" | "currency">;
  columns: { name: string; amount: Amount }[];
}

/** What a group amounts to, beside a part of it. */
export function Figures({ group: { figures, currency }, columns }: Props) {
  const { t } = useTranslation();
  const figure = useFigure();
  return (
    <table className={styles.figures}>
      <thead>
        <tr>
          <td />
          {columns.map(({ name }) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        <tr>
          <th scope="row">{t("customer.group.customers")}</th>
          {columns.map(({ name, amount }) => (
            <td key={name} className="tabular">
              {figure.count(amount.customers)}
            </td>
          ))}
        </tr>
        {figures.map((one) => (
          <tr key={one.name}>
            <th scope="row">{one.label}</th>
            {columns.map(({ name, amount }) => (
              <td key={name} className="tabular">
                {figure.of(one, amount.figures[one.name], currency)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
