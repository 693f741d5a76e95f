/** The calendar to pick a day from: the largest of the editors, which comes to whoever opens one. */
import { type DatePickerProps, Input } from "antd";
import type { Dayjs } from "dayjs";
import { lazy, Suspense } from "react";

type Props = DatePickerProps<Dayjs, false>;

const Calendar = lazy(async () => {
  const { default: Picker } = await import("antd/es/date-picker");
  return { default: (props: Props) => <Picker<Dayjs, false> {...props} /> };
});

export function DatePicker(props: Props) {
  return (
    <Suspense fallback={<Input className={props.className} readOnly />}>
      <Calendar {...props} />
    </Suspense>
  );
}
