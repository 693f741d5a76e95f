/** Files of a record, beside the record itself: what changes on it reads them again too. */
import { infiniteQueryOptions, type QueryClient, queryOptions } from "@tanstack/react-query";
import { apiUrl, get, request } from "@/api/client";
import { historyQuery, recordsKey } from "@/api/records";
import type { FieldMeta, Schemas } from "@/api/types";
import { type Sending, upload } from "@/api/upload";

export type Attachment = Schemas["AttachmentOut"];
export type Preview = Required<Schemas["PreviewOut"]>;

export const attachmentsQuery = (path: string, id: string) =>
  infiniteQueryOptions({
    queryKey: [...recordsKey(path), "files", id],
    queryFn: ({ pageParam, signal }) =>
      get<Schemas["AttachmentsOut"]>(`/${path}/${id}/attachments`, { cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });

/** A file by itself, whose content never changes: what it is called may. */
export const attachmentQuery = (file: string) =>
  queryOptions({
    queryKey: ["attachment", file],
    queryFn: ({ signal }) => get<Attachment>(`/attachments/${file}`, {}, signal),
    retry: false,
  });

/** A content never changes, nor does what is shown of it. */
export const previewQuery = (file: string) =>
  queryOptions({
    queryKey: ["preview", file],
    queryFn: ({ signal }) => get<Preview>(`/attachments/${file}/preview`, {}, signal),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });

export const addAttachment = (path: string, id: string, file: File, sending: Sending) =>
  upload<Attachment>(`/${path}/${id}/attachments`, { file }, sending);

/** A file for a field: the record is then given it by its id. */
export const addToField = ({ name, upload: path }: FieldMeta, file: File, sending: Sending) =>
  upload<Attachment>(`${path}?field=${encodeURIComponent(name)}`, { file }, sending);

export const renameAttachment = (file: string, name: string) =>
  request("PATCH", `/attachments/${file}`, { body: { name } });

export const deleteAttachment = (file: string) => request("DELETE", `/attachments/${file}`);

export const restoreAttachment = (file: string) => request("POST", `/attachments/${file}/restore`);

export const contentUrl = (file: string, download = false) =>
  apiUrl(`/attachments/${file}/content`, { download: download || undefined });

/** The files are read again, and what tells of them. */
export const refreshFiles = (client: QueryClient, path: string, id: string) =>
  Promise.all([
    client.invalidateQueries({ queryKey: attachmentsQuery(path, id).queryKey }),
    client.invalidateQueries({ queryKey: historyQuery(path, id).queryKey }),
    client.invalidateQueries({ queryKey: ["timeline", id] }),
  ]);

export const isImage = (file: Attachment) => file.is_shown && file.media_type.startsWith("image/");
export const isPdf = (file: Attachment) => file.media_type === "application/pdf";
