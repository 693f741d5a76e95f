import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Candidate, Duplicates } from "@/api/duplicates";
import type { ObjectMeta } from "@/api/types";
import { recordPath } from "@/objects/record/recordPath";
import styles from "./record.module.css";

interface Props {
  object: ObjectMeta;
  told: Duplicates | undefined;
  onUse: () => void;
}

/** While a new record is typed: those there already that it may be, and why. */
export function MayExist({ object, told, onUse }: Props) {
  const { t } = useTranslation();
  const candidates = told?.candidates ?? [];
  const isEmpty = candidates.length === 0 && !told?.limited;
  return (
    <div role="status" className={isEmpty ? undefined : styles.mayExist}>
      {candidates.length > 0 && (
        <>
          <strong>{t(told?.refuses ? "record.mayExist" : "record.alike")}</strong>
          <ul>
            {candidates.map((candidate) => (
              <li key={candidate.id ?? `${candidate.label} ${candidate.owner}`}>
                {candidate.id ? (
                  <Seen object={object} id={candidate.id} candidate={candidate} onUse={onUse} />
                ) : (
                  <Masked candidate={candidate} />
                )}
              </li>
            ))}
          </ul>
        </>
      )}
      {told?.notes.map((note) => (
        <small key={note}>{note}</small>
      ))}
      {told?.limited && <small>{t("record.limited")}</small>}
    </div>
  );
}

interface SeenProps {
  object: ObjectMeta;
  id: string;
  candidate: Candidate;
  onUse: () => void;
}

function Seen({ object, id, candidate, onUse }: SeenProps) {
  const { t } = useTranslation();
  const { label, owner, evidence } = candidate;
  const why = evidence.map(({ text }) => text).join(" · ");
  return (
    <>
      <span>
        <b>{label}</b> {owner}
      </span>
      <small>{why}</small>
      <span className={styles.choices}>
        <Link to={recordPath(object.path, id)} target="_blank">
          {t("record.openIt")}
        </Link>
        <Link to={recordPath(object.path, id)} onClick={onUse}>
          {t("record.useIt")}
        </Link>
      </span>
    </>
  );
}

function Masked({ candidate: { label, owner } }: { candidate: Candidate }) {
  const { t } = useTranslation();
  return (
    <>
      <b>{label}</b>
      <small>{owner ? t("record.maskedOf", { owner }) : t("record.masked")}</small>
    </>
  );
}
