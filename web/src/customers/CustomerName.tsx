import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

/** The name of somebody in a group, which leads to their page. */
export function CustomerName({
  id,
  label,
  self = false,
}: {
  id: string;
  label?: string | null;
  self?: boolean;
}) {
  const { t } = useTranslation();
  const name = label ?? t("customer.group.nameless");
  if (self) return <strong className="ellipsis">{name}</strong>;
  return (
    <Link to="/customers/$id" params={{ id }} className="ellipsis" title={name}>
      {name}
    </Link>
  );
}
