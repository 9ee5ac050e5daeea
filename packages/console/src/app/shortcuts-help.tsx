import { Dialog } from '../design/dialog.js';

const SHORTCUTS = [
  ['/', 'search in this page'],
  ['j  k', 'next, previous row'],
  ['Enter', 'open the row'],
  ['x', 'choose the row for comparing'],
  ['t', 'tuning jobs'],
  ['f', 'fleet'],
  ['n', 'new tuning job'],
  ['d', 'dark, light or as the system'],
  ['?', 'this help'],
] as const;

export function ShortcutsHelp({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog title="Keyboard" onClose={onClose}>
      <table>
        <tbody>
          {SHORTCUTS.map(([key, meaning]) => (
            <tr key={key}>
              <td>
                <kbd>{key}</kbd>
              </td>
              <td>{meaning}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <form method="dialog">
        <button className="button" type="submit">
          Close
        </button>
      </form>
    </Dialog>
  );
}
