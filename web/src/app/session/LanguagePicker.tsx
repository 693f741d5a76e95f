import { useTranslation } from "react-i18next";
import { switchLanguage } from "@/app/i18n/i18n";
import { languageNames, languages } from "@/ui/languages";
import styles from "./session.module.css";

/** Before sign-in: the three languages by their own names. */
export function LanguagePicker() {
  const { t, i18n } = useTranslation();
  return (
    <nav className={styles.languages} aria-label={t("signIn.language")}>
      {languages.map((language) => (
        <button
          key={language}
          type="button"
          lang={language}
          aria-pressed={i18n.language === language}
          onClick={() => void switchLanguage(language)}
        >
          {languageNames[language]}
        </button>
      ))}
    </nav>
  );
}
