import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { App, Button } from "antd";
import { Copy } from "lucide-react";
import { useTranslation } from "react-i18next";
import { copyRole, type Role, rolesQuery } from "@/api/roles";
import { ErrorState } from "@/ui/ErrorState";
import { useErrorText } from "@/ui/errorText";
import { LinesSkeleton } from "@/ui/Skeletons";
import styles from "./settings.module.css";

export function RolesPage() {
  const { t } = useTranslation();
  const query = useQuery(rolesQuery);
  return (
    <div className={styles.page}>
      <p className={styles.lead}>{t("roles.text")}</p>
      {query.isPending && <LinesSkeleton />}
      {query.isError && <ErrorState error={query.error} onRetry={() => query.refetch()} />}
      {query.data && (
        <ul className={styles.tokens}>
          {query.data.items.map((role) => (
            <RoleItem key={role.id} role={role} />
          ))}
        </ul>
      )}
    </div>
  );
}

function RoleItem({ role }: { role: Role }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const { message } = App.useApp();
  const errorText = useErrorText();
  const { id, label: name, people } = role;
  const copy = useMutation({
    mutationFn: () => copyRole(id, t("roles.copyName", { name })),
    onSuccess: async (made) => {
      await client.invalidateQueries({ queryKey: rolesQuery.queryKey });
      await navigate({ to: "/settings/roles/$id", params: { id: made.id } });
    },
    onError: (error) => void message.error(errorText(error)),
  });
  return (
    <li>
      <div className={styles.token}>
        <Link to="/settings/roles/$id" params={{ id }}>
          {name}
        </Link>
        <small className="secondary">{t("roles.people", { count: people })}</small>
      </div>
      <Button
        size="small"
        icon={<Copy size={14} />}
        aria-label={t("roles.copyOne", { name })}
        loading={copy.isPending}
        onClick={() => copy.mutate()}
      >
        {t("roles.copy")}
      </Button>
    </li>
  );
}
