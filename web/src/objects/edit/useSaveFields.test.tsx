import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { useState } from "react";
import { describe, expect, it } from "vitest";
import { type Loaded, recordQuery } from "@/api/records";
import { useSaveFields } from "@/objects/edit/useSaveFields";
import { customer, rows } from "@/test/objects";
import { renderInApp } from "@/test/render";
import { pretendServer } from "@/test/server";

const server = pretendServer();
const url = "*/api/v1/customers/1";
const key = recordQuery("customers", "1").queryKey;
const record = { ...rows[0], id: "1", can: ["change"] };

function SaveButton() {
  const save = useSaveFields(customer);
  return (
    <button type="button" onClick={() => void save(record, { phone: "138" }, '"1"')}>
      save
    </button>
  );
}

function SaveTwice() {
  const save = useSaveFields(customer);
  const both = () => {
    void save(record, { phone: "1" }, '"1"');
    void save({ ...record, phone: "1" }, { phone: "2" }, '"1"');
  };
  return (
    <button type="button" onClick={both}>
      save twice
    </button>
  );
}

/** Each edit began before the one before it was answered. */
function SaveAfter() {
  const save = useSaveFields(customer);
  const [saved, setSaved] = useState(0);
  const next = async () => {
    await save({ ...record, id: "7" }, { phone: String(saved) }, '"1"');
    setSaved(saved + 1);
  };
  return (
    <>
      <button type="button" onClick={() => void next()}>
        save on
      </button>
      <p>saved {saved}</p>
    </>
  );
}

async function saveOnce() {
  const { client } = await renderInApp(<SaveButton />);
  client.setQueryData<Loaded>(key, { record, etag: '"1"' });
  const phone = () => client.getQueryData<Loaded>(key)?.record.phone;
  const user = userEvent.setup();
  await user.click(screen.getByText("save"));
  return { phone, user };
}

describe("saving a field", () => {
  it("shows it, sends the version it was read at, and offers to undo", async () => {
    let version: string | null = null;
    let undone = "";
    server.use(
      http.patch(url, ({ request }) => {
        version = request.headers.get("If-Match");
        return HttpResponse.json(
          { ...record, phone: "138" },
          { headers: { "X-Request-Id": "r9" } },
        );
      }),
      http.post("*/api/v1/changes/:id/undo", ({ params }) => {
        undone = String(params.id);
        return HttpResponse.json({ undone: 1 });
      }),
    );
    const { phone, user } = await saveOnce();
    await user.click(await screen.findByRole("button", { name: "Undo" }));
    expect(version).toBe('"1"');
    expect(phone()).toBe("138");
    await waitFor(() => expect(undone).toBe("r9"));
  });

  it("sends a second change of the record after the first, for the version that one made", async () => {
    const sent: [string | null, unknown][] = [];
    server.use(
      http.patch(url, async ({ request }) => {
        const body = (await request.json()) as object;
        sent.push([request.headers.get("If-Match"), body]);
        return HttpResponse.json(
          { ...record, ...body, updated_at: `${sent.length + 1}` },
          { headers: { ETag: `"${sent.length + 1}"`, "X-Request-Id": `r${sent.length}` } },
        );
      }),
    );
    const { client } = await renderInApp(<SaveTwice />);
    client.setQueryData<Loaded>(key, { record, etag: '"1"' });
    await userEvent.setup().click(screen.getByText("save twice"));
    const phone = () => client.getQueryData<Loaded>(key)?.record.phone;
    expect(phone()).toBe("2");
    await waitFor(() => expect(client.getQueryData<Loaded>(key)?.etag).toBe('"3"'));
    expect(phone()).toBe("2");
    expect(sent).toEqual([
      ['"1"', { phone: "1" }],
      ['"2"', { phone: "2" }],
    ]);
  });

  it("takes nobody's change for what it saved itself while the next edit began", async () => {
    const versions: (string | null)[] = [];
    server.use(
      http.patch("*/api/v1/customers/7", ({ request }) => {
        versions.push(request.headers.get("If-Match"));
        const etag = `"${versions.length + 1}"`;
        return HttpResponse.json({ ...record, id: "7" }, { headers: { ETag: etag } });
      }),
    );
    await renderInApp(<SaveAfter />);
    const user = userEvent.setup();
    for (const count of [1, 2, 3]) {
      await user.click(screen.getByText("save on"));
      await waitFor(() => expect(versions).toHaveLength(count));
      await screen.findByText(`saved ${count}`);
    }
    expect(versions).toEqual(['"1"', '"2"', '"3"']);
  });

  it("is not taken back by an answer that was under way", async () => {
    const earlier = { ...record, phone: "137", updated_at: "2026-01-01T08:00:00.1Z" };
    const later = { ...record, phone: "138", updated_at: "2026-01-01T08:00:00.2Z" };
    let arrive = () => {};
    const saved = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    server.use(
      http.get(url, async () => {
        await saved;
        return HttpResponse.json(earlier);
      }),
      http.patch(url, () => HttpResponse.json(later, { headers: { "X-Request-Id": "r9" } })),
    );
    const { client } = await renderInApp(<SaveButton />);
    client.setQueryData<Loaded>(key, { record: earlier, etag: '"1"' });
    const asked = client.fetchQuery({ ...recordQuery("customers", "1"), staleTime: 0 });
    await userEvent.setup().click(screen.getByText("save"));
    await screen.findByRole("button", { name: "Undo" });
    arrive();
    await asked;
    expect(client.getQueryData<Loaded>(key)?.record.phone).toBe("138");
  });

  it("puts the old value back when refused, and says why", async () => {
    const errors = [{ field: "phone", message: "That is no phone number." }];
    server.use(http.patch(url, () => HttpResponse.json({ errors }, { status: 422 })));
    const { phone } = await saveOnce();
    expect(await screen.findByText("That is no phone number.")).toBeInTheDocument();
    expect(phone()).toBe("139");
  });

  it("asks whose version to keep when somebody else changed it meanwhile", async () => {
    const theirs = { ...record, phone: "777" };
    server.use(
      http.patch(url, ({ request }) =>
        request.headers.get("If-Match")
          ? HttpResponse.json({ code: "edit_conflict", theirs }, { status: 409 })
          : HttpResponse.json({ ...record, phone: "138" }),
      ),
    );
    const { phone, user } = await saveOnce();
    expect(await screen.findByText("777")).toBeInTheDocument();
    expect(phone()).toBe("777");
    await user.click(screen.getByRole("button", { name: "Save mine" }));
    await waitFor(() => expect(phone()).toBe("138"));
  });
});
