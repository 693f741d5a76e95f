import { useQuery } from "@tanstack/react-query";
import { attachmentQuery } from "@/objects/files/attachments";
import Preview from "@/objects/files/Preview";
import { useErrorText } from "@/ui/errorText";

/** The file of a field, once what is known of it has come. */
export default function OpenedFile({ id, onClose }: { id: string; onClose: () => void }) {
  const errorText = useErrorText();
  const { data = null, error } = useQuery(attachmentQuery(id));
  if (error) return <small role="alert">{errorText(error)}</small>;
  return <Preview file={data} onClose={onClose} />;
}
