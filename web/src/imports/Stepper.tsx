import { Check } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Import } from "@/imports/importsApi";
import { currentStep, openSteps, type Step, steps } from "@/imports/steps";
import styles from "./imports.module.css";

interface Props {
  imported: Import;
  step: Step;
  onStep: (step: Step) => void;
}

export function Stepper({ imported, step, onStep }: Props) {
  const { t } = useTranslation();
  const open = openSteps(imported);
  const reached = steps.indexOf(currentStep(imported));
  return (
    <nav aria-label={t("imports.steps")}>
      <ol className={styles.stepper}>
        {steps.map((one, index) => (
          <li key={one} data-done={index < reached && one !== step}>
            <button
              type="button"
              disabled={!open.includes(one)}
              aria-current={one === step ? "step" : undefined}
              onClick={() => onStep(one)}
            >
              <span className={styles.stepMark} aria-hidden>
                {index < reached && one !== step ? <Check size={13} /> : index + 1}
              </span>
              {t(`imports.step.${one}`)}
            </button>
          </li>
        ))}
      </ol>
    </nav>
  );
}
