const units = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

/** "3.4 MB" as the language writes it. */
export function fileSize(bytes: number, language: string) {
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1);
  return new Intl.NumberFormat(language, {
    style: "unit",
    unit: units[power],
    maximumFractionDigits: power > 1 ? 1 : 0,
  }).format(bytes / 1000 ** power);
}
