import { ChevronRight } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { CustomerName } from "@/customers/CustomerName";
import { useFigure } from "@/customers/Figures";
import { type Branch, branches, sizeOf, wayTo } from "@/customers/groupTree";
import type { Group } from "@/customers/relations";
import styles from "./groups.module.css";

/** A tree larger than this opens only where the customer is. */
const few = 12;

interface Props {
  group: Group;
  customer: string;
  label: string;
}

/** Customers below one another, each with the first of its figures; branches open and close. */
export function CustomerTree({ group, customer, label }: Props) {
  const top = branches(group.nodes);
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set());
  const way = new Set(wayTo(top, customer));
  const isOpen = (id: string) => {
    const atFirst = sizeOf(top) <= few || way.has(id);
    return toggled.has(id) ? !atFirst : atFirst;
  };
  function toggle(id: string) {
    const next = new Set(toggled);
    if (!next.delete(id)) next.add(id);
    setToggled(next);
  }
  return (
    <nav aria-label={label} className={styles.tree}>
      <Level all={top} {...{ group, customer, isOpen, toggle }} />
    </nav>
  );
}

interface LevelProps {
  all: Branch[];
  group: Group;
  customer: string;
  isOpen: (id: string) => boolean;
  toggle: (id: string) => void;
}

function Level({ all, ...rest }: LevelProps) {
  const { t } = useTranslation();
  const figure = useFigure();
  const { group, customer, isOpen, toggle } = rest;
  const shown = group.figures[0];
  return (
    <ul>
      {all.map(({ member, below }) => {
        const open = isOpen(member.id);
        const name = member.label ?? t("customer.group.nameless");
        return (
          <li key={member.id}>
            <div className={styles.node} aria-current={member.id === customer || undefined}>
              {below.length > 0 ? (
                <button
                  type="button"
                  className={styles.toggle}
                  aria-expanded={open}
                  aria-label={t("customer.group.belowOf", { name, count: sizeOf(below) })}
                  onClick={() => toggle(member.id)}
                >
                  <ChevronRight size={14} aria-hidden />
                </button>
              ) : (
                <span className={styles.toggle} />
              )}
              <CustomerName id={member.id} label={member.label} self={member.id === customer} />
              {shown && (
                <small className="secondary tabular" title={shown.label}>
                  {figure.of(shown, member.figures[shown.name], group.currency)}
                </small>
              )}
            </div>
            {open && below.length > 0 && <Level all={below} {...rest} />}
          </li>
        );
      })}
    </ul>
  );
}
