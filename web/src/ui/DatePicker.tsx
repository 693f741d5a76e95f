/** The calendar to pick a day from: the largest of the editors, so it comes with the first thing that is done. */
import { type DatePickerProps, Input } from "antd";
import type { Dayjs } from "dayjs";
import { type ComponentType, useEffect, useReducer, useRef } from "react";

type Props = DatePickerProps<Dayjs, false>;

let Calendar: ComponentType<Props> | null = null;

async function load() {
  Calendar ??= (await import("antd/es/date-picker")).default as ComponentType<Props>;
}

for (const done of ["pointerdown", "keydown"]) {
  window.addEventListener(done, () => void load(), { once: true, capture: true });
}

/** Until the calendar is there, a field with the same name, value and focus stands in its place. */
export function DatePicker(props: Props) {
  const [, redraw] = useReducer((times: number) => times + 1, 0);
  const hasFocus = useRef(props.autoFocus);
  useEffect(() => {
    if (!Calendar) void load().then(redraw);
  }, []);
  if (Calendar) return <Calendar {...props} autoFocus={hasFocus.current} />;
  return (
    <Input
      id={props.id}
      className={props.className}
      aria-label={props["aria-label"]}
      autoFocus={props.autoFocus}
      readOnly
      value={props.value?.format("YYYY-MM-DD")}
      onFocus={() => {
        hasFocus.current = true;
      }}
      onBlur={() => {
        hasFocus.current = false;
      }}
    />
  );
}
