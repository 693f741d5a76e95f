import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Filter } from "@/api/types";
import { type Figure, filterOf } from "@/insight/quality/qualityApi";
import { useFormat } from "@/ui/format";

interface Props {
  figure: Figure | null;
  /** What the figure says, for who hears it alone. */
  label: string;
}

/** A number that opens the list of exactly its customers; none has nothing to open. */
export function FigureLink({ figure, label }: Props) {
  const format = useFormat();
  if (!figure) return <span className="secondary">–</span>;
  const shown = format.number(figure.count);
  if (figure.count === 0) return <span className="secondary">{shown}</span>;
  return (
    <CustomersOf filter={filterOf(figure)} label={`${label}: ${shown}`}>
      {shown}
    </CustomersOf>
  );
}

interface OfProps {
  filter: Filter | undefined;
  label: string;
  className?: string;
  children: ReactNode;
}

export function CustomersOf({ filter, label, className, children }: OfProps) {
  return (
    <Link
      to="/$path"
      params={{ path: "customers" }}
      search={{ filter }}
      aria-label={label}
      className={className}
    >
      {children}
    </Link>
  );
}
