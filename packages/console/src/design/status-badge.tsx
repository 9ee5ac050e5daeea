/** A status as a word with a mark whose shape and colour repeat it. */
export function StatusBadge({ status, note }: { readonly status: string; readonly note?: string | undefined }) {
  return (
    <span className={`badge badge-${status}`}>
      {status}
      {note === undefined || note === status ? null : <span className="quiet">{note}</span>}
    </span>
  );
}
