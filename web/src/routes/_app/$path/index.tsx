import { createFileRoute, Link, notFound } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { findObject, metaQuery, useObject } from "@/api/meta";
import { viewsQuery } from "@/api/views";
import { ListPage } from "@/objects/list/ListPage";
import { parseListSearch } from "@/objects/list/listSearch";

export const Route = createFileRoute("/_app/$path/")({
  validateSearch: parseListSearch,
  loader: async ({ context: { queryClient }, params }) => {
    const object = findObject(await queryClient.ensureQueryData(metaQuery), params.path);
    if (!object) throw notFound();
    await queryClient.ensureQueryData(viewsQuery(object.name));
  },
  component: ObjectList,
});

function ObjectList() {
  const { t } = useTranslation();
  const { path } = Route.useParams();
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  const object = useObject(path);
  return (
    <ListPage
      key={path}
      object={object}
      search={search}
      emptyAction={
        object.can.includes("import") && <Link to="/imports/new">{t("nav.imports")}</Link>
      }
      onSearch={(change) =>
        void navigate({
          search: (old) => ({ ...old, ...change }),
          replace: "q" in change || "day" in change,
        })
      }
    />
  );
}
