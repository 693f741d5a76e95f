/** How the network around a customer is drawn: rings by steps, each branch in a sector of its own. */
import type { Network } from "@/customers/relations";
import type { ChartOption, Look } from "@/objects/chart/chartOption";

export interface Spot {
  x: number;
  y: number;
}

const ring = 100;

/** Through whom each customer was reached: a neighbour one step nearer. */
export function reachedBy({ nodes, links }: Pick<Network, "nodes" | "links">) {
  const step = new Map(nodes.map((node) => [node.id, node.step]));
  const found = new Map<string, Network["links"][number]>();
  for (const link of links) {
    for (const [near, far] of [
      [link.customer, link.other],
      [link.other, link.customer],
    ] as const) {
      if ((step.get(near) ?? 0) === (step.get(far) ?? 0) - 1 && !found.has(far))
        found.set(far, link);
    }
  }
  return found;
}

/** Where each customer stands: as far out as it is steps away, beside those reached the same way. */
export function spots(network: Pick<Network, "nodes" | "links">): Map<string, Spot> {
  const by = reachedBy(network);
  const below = new Map<string, string[]>();
  for (const { id } of network.nodes) {
    const link = by.get(id);
    if (!link) continue;
    const near = link.customer === id ? link.other : link.customer;
    below.set(near, [...(below.get(near) ?? []), id]);
  }
  const width = (id: string): number =>
    Math.max(
      1,
      (below.get(id) ?? []).reduce((sum, one) => sum + width(one), 0),
    );
  const found = new Map<string, Spot>();
  const place = (id: string, step: number, from: number, to: number) => {
    const angle = (from + to) / 2;
    found.set(id, { x: step * ring * Math.cos(angle), y: step * ring * Math.sin(angle) });
    const share = (to - from) / width(id);
    let at = from;
    for (const one of below.get(id) ?? []) {
      const end = at + share * width(one);
      place(one, step + 1, at, end);
      at = end;
    }
  };
  const centre = network.nodes[0];
  if (centre) place(centre.id, 0, -Math.PI / 2, (3 * Math.PI) / 2);
  return found;
}

export const kindColors: Record<string, string> = {
  contact_of: "blue",
  household: "green",
  parent_company: "purple",
  partner: "cyan",
  referrer: "gold",
  guarantor: "magenta",
};

const nameless = "–";

/** Corners that nobody sees: all on one line, the others would be drawn without a height. */
function frame({ nodes }: Network) {
  const far = ring * Math.max(1, ...nodes.map(({ step }) => step));
  return [-far, far].map((end) => ({
    id: `corner ${end}`,
    name: "",
    x: end,
    y: end,
    symbol: "none",
    label: { show: false },
    tooltip: { show: false },
  }));
}

export function networkOption(
  network: Network,
  look: Look,
  say: (link: Network["links"][number]) => string,
): ChartOption {
  const at = spots(network);
  const names = new Map(network.nodes.map(({ id, label }) => [id, label ?? nameless]));
  return {
    textStyle: { fontFamily: look.font, color: look.text },
    animation: false,
    tooltip: {
      renderMode: "richText",
      backgroundColor: look.ground,
      borderColor: look.line,
      textStyle: { color: look.text, fontFamily: look.font },
      formatter: (shown) => {
        const { dataIndex, dataType } = Array.isArray(shown)
          ? { dataIndex: -1, dataType: "" }
          : shown;
        if (dataType !== "edge") return names.get(network.nodes[dataIndex]?.id ?? "") ?? "";
        const link = network.links[dataIndex];
        return link ? say(link) : "";
      },
    },
    series: [
      {
        type: "graph",
        layout: "none",
        roam: true,
        left: 60,
        right: 60,
        top: 30,
        bottom: 30,
        data: [
          ...network.nodes.map(({ id, label, kind, step }) => ({
            id,
            name: label ?? nameless,
            ...at.get(id),
            symbol: kind === "organization" ? "roundRect" : "circle",
            symbolSize: step === 0 ? 30 : 22 - step * 3,
            itemStyle: {
              color: step === 0 ? look.primary : look.ground,
              borderColor: look.primary,
              borderWidth: 2,
            },
            label: { fontWeight: step === 0 ? ("bold" as const) : ("normal" as const) },
          })),
          ...frame(network),
        ],
        links: network.links.map(({ customer, other, kind }) => ({
          source: customer,
          target: other,
          lineStyle: { color: look.named[kindColors[kind] ?? ""] ?? look.secondary },
        })),
        lineStyle: { width: 1.6, opacity: 0.85 },
        label: {
          show: true,
          position: "bottom",
          color: look.text,
          width: 96,
          overflow: "truncate",
          fontSize: 11,
        },
        labelLayout: { hideOverlap: true },
        emphasis: { focus: "adjacency" },
      },
    ],
  };
}
