/** Moments by the clock on the wall of a time zone, whatever the computer's is; summer time included. */
import dayjs, { type Dayjs } from "dayjs";
import timezone from "dayjs/plugin/timezone";
import utc from "dayjs/plugin/utc";

dayjs.extend(utc);
dayjs.extend(timezone);

/** The clock on the wall at an instant. */
export const wallClock = (instant: Dayjs | string, timeZone: string | undefined) =>
  timeZone ? dayjs(instant).tz(timeZone) : dayjs(instant);

/** The instant at which the clock on the wall shows this. */
export const instantOf = (wall: Dayjs, timeZone: string | undefined) =>
  (timeZone ? dayjs.tz(wall.format("YYYY-MM-DDTHH:mm:ss"), timeZone) : wall).toISOString();

/** The same time of another day. */
export const onDay = (instant: string, day: string, timeZone: string | undefined) =>
  instantOf(dayjs(`${day}T${wallClock(instant, timeZone).format("HH:mm:ss")}`), timeZone);
