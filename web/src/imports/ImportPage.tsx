import { useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ChevronLeft } from "lucide-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { type Import, importQuery, targetsQuery } from "@/imports/importsApi";
import { MapStep } from "@/imports/MapStep";
import { PreviewStep } from "@/imports/PreviewStep";
import { ReadStep } from "@/imports/ReadStep";
import { ResultStep } from "@/imports/ResultStep";
import { Stepper } from "@/imports/Stepper";
import { type Step, shownStep } from "@/imports/steps";
import { fileSize } from "@/ui/fileSize";
import { useFormat } from "@/ui/format";
import styles from "./imports.module.css";

export interface ImportSearch {
  step?: Step;
  /** Rows of one verdict only. */
  verdict?: string;
}

interface Props {
  id: string;
  search: ImportSearch;
  onSearch: (change: Partial<ImportSearch>) => void;
}

/** One import from the uploaded file to its result; the address and the server say where it is. */
export function ImportPage({ id, search, onSearch }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const { data: imported } = useSuspenseQuery(importQuery(id));
  const { data: targets } = useSuspenseQuery(targetsQuery);
  const target = targets.find(({ name }) => name === imported.target);
  const step = shownStep(imported, search.step);
  useTopOf(step);
  return (
    <div className={styles.page}>
      <header className={styles.header}>
        <div className={styles.heading}>
          <Link to="/imports" className={styles.back}>
            <ChevronLeft size={14} aria-hidden />
            {t("imports.title")}
          </Link>
          <h1 className="ellipsis" title={imported.file_name}>
            {imported.file_name}
          </h1>
          <span className="secondary">
            {[target?.label, fileSize(imported.size, format.language)].filter(Boolean).join(" · ")}
          </span>
        </div>
        <Stepper imported={imported} step={step} onStep={(next) => onSearch({ step: next })} />
      </header>
      {target && (
        <Body imported={imported} target={target} step={step} search={search} onSearch={onSearch} />
      )}
    </div>
  );
}

/** Every step begins at its top, however far down the one before was left. */
function useTopOf(step: Step) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the step is what it waits for
  useEffect(() => {
    document.getElementById("content")?.scrollTo({ top: 0 });
  }, [step]);
}

interface BodyProps extends Omit<Props, "id"> {
  imported: Import;
  target: Parameters<typeof MapStep>[0]["target"];
  step: Step;
}

function Body({ imported, target, step, search, onSearch }: BodyProps) {
  const go = (next: Step | undefined) => onSearch({ step: next, verdict: undefined });
  const rows = {
    verdict: search.verdict,
    onVerdict: (verdict: string | undefined) => onSearch({ verdict }),
  };
  switch (step) {
    case "read":
      return <ReadStep imported={imported} onNext={() => go("map")} />;
    case "map":
      return (
        <MapStep
          imported={imported}
          target={target}
          onBack={() => go("read")}
          onPreviewed={() => go(undefined)}
        />
      );
    case "preview":
      return (
        <PreviewStep
          imported={imported}
          target={target}
          {...rows}
          onBack={() => go("map")}
          onRun={() => go(undefined)}
        />
      );
    default:
      return <ResultStep imported={imported} target={target} {...rows} />;
  }
}
