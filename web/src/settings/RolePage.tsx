import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Alert, App, Button, Checkbox, Input } from "antd";
import { ChevronLeft } from "lucide-react";
import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import {
  changeRole,
  type ObjectChoice,
  type RoleChange,
  type RoleRights,
  removeRole,
  roleQuery,
  rolesQuery,
} from "@/api/roles";
import { RightsTable } from "@/settings/RightsTable";
import { ErrorState } from "@/ui/ErrorState";
import { useErrorText } from "@/ui/errorText";
import { LinesSkeleton } from "@/ui/Skeletons";
import styles from "./settings.module.css";

export function RolePage({ id }: { id: string }) {
  const { t } = useTranslation();
  const role = useQuery(roleQuery(id));
  const all = useQuery(rolesQuery);
  const error = role.error ?? all.error;
  return (
    <>
      <Link to="/settings/roles" className={styles.back}>
        <ChevronLeft size={16} aria-hidden />
        {t("roles.back")}
      </Link>
      {error && <ErrorState error={error} onRetry={() => role.refetch()} />}
      {!error && !(role.data && all.data) && <LinesSkeleton />}
      {role.data && all.data && <RoleForm role={role.data} objects={all.data.objects} />}
    </>
  );
}

interface Props {
  role: RoleRights;
  objects: ObjectChoice[];
}

/** What is changed is kept here until it is saved, all of it or nothing. */
function RoleForm({ role, objects }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const client = useQueryClient();
  const navigate = useNavigate();
  const { message } = App.useApp();
  const errorText = useErrorText();
  const [changed, setChanged] = useState<RoleChange>({});
  const change = (more: RoleChange) => setChanged((before) => ({ ...before, ...more }));
  const refresh = () => client.invalidateQueries({ queryKey: rolesQuery.queryKey });
  const save = useMutation({
    mutationFn: () => changeRole(role.id, changed),
    onSuccess: (now) => {
      client.setQueryData(roleQuery(role.id).queryKey, now);
      setChanged({});
      message.success(t("common.saved"));
      return refresh();
    },
  });
  const remove = useMutation({
    mutationFn: () => removeRole(role.id),
    onSuccess: async () => {
      await navigate({ to: "/settings/roles" });
      await refresh();
    },
  });
  const error = save.error ?? remove.error;

  function submit(event: FormEvent) {
    event.preventDefault();
    save.mutate();
  }

  return (
    <form className={styles.role} onSubmit={submit}>
      {error && <Alert type="error" title={errorText(error)} role="alert" />}
      {role.is_fixed && <p className="secondary">{t("roles.fixed")}</p>}
      <label htmlFor={`${id}-name`}>{t("roles.name")}</label>
      <Input
        id={`${id}-name`}
        className={styles.search}
        required
        maxLength={100}
        value={changed.label ?? role.label}
        onChange={(event) => change({ label: event.target.value })}
      />
      <Checkbox
        checked={changed.needs_second_factor ?? role.needs_second_factor}
        onChange={({ target }) => change({ needs_second_factor: target.checked })}
      >
        {t("roles.needsFactor")}
      </Checkbox>
      <Checkbox
        disabled={role.is_fixed}
        checked={changed.administer ?? role.administer}
        onChange={({ target }) => change({ administer: target.checked })}
      >
        {t("roles.administer")}
      </Checkbox>
      <RightsTable role={role} objects={objects} changed={changed} onChange={change} />
      <div className={styles.foot}>
        {!role.is_built_in && role.people === 0 && (
          <Button danger loading={remove.isPending} onClick={() => remove.mutate()}>
            {t("roles.remove")}
          </Button>
        )}
        <Button
          type="primary"
          htmlType="submit"
          loading={save.isPending}
          disabled={Object.keys(changed).length === 0}
        >
          {t("common.save")}
        </Button>
      </div>
    </form>
  );
}
