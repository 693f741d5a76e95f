import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { findObject, useObjects } from "@/api/meta";
import type { CountedRecords } from "@/api/types";

interface Props {
  records: CountedRecords;
  className?: string;
  /** Instead of how many there are, which is then told beside it. */
  children?: ReactNode;
}

/** Opens the list of exactly the records that something was said of. */
export function RecordsLink({ records, className, children }: Props) {
  const object = findObject(useObjects(), records.object);
  if (!object) return children ?? records.label;
  return (
    <Link
      to="/$path"
      params={{ path: object.path }}
      search={{ filter: records.filter }}
      className={className}
      title={children ? records.label : undefined}
    >
      {children ?? records.label}
    </Link>
  );
}
