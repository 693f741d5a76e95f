import { Input } from "antd";
import { Search } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import styles from "./list.module.css";

interface Props {
  value: string;
  onChange: (text: string) => void;
}

/** Searches a moment after the last key, and never in the middle of a composition. */
export function SearchBox({ value, onChange }: Props) {
  const { t } = useTranslation();
  const [text, setText] = useState(value);
  const composing = useRef(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => setText(value), [value]);
  useEffect(() => () => clearTimeout(timer.current), []);

  function search(next: string) {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => onChange(next.trim()), 200);
  }

  return (
    <Input
      className={styles.search}
      aria-label={t("list.search")}
      placeholder={t("common.search")}
      prefix={<Search size={15} aria-hidden />}
      allowClear
      value={text}
      onCompositionStart={() => {
        composing.current = true;
      }}
      onCompositionEnd={(event) => {
        composing.current = false;
        search(event.currentTarget.value);
      }}
      onChange={(event) => {
        setText(event.target.value);
        if (!composing.current) search(event.target.value);
      }}
    />
  );
}
