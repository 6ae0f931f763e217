import type { z } from 'zod';
import { variables } from './variables.js';

/** The Markdown table of all variables for the README; generated, so that it cannot fall behind the code. */
export function createConfigTable(): string {
  const rows = Object.entries(variables).map(
    ([name, schema]) => `| \`${name}\` | ${shownDefault(schema)} | ${cell(schema.description ?? '')} |`,
  );
  return ['| variable | default | what it is |', '|---|---|---|', ...rows, ''].join('\n');
}

function shownDefault(schema: z.ZodType): string {
  const shown = schema.meta()?.shownDefault;
  if (shown !== undefined) return cell(shown);
  const { def } = schema as { def: { type: string; defaultValue?: unknown } };
  return def.type === 'prefault' ? cell(`\`${String(def.defaultValue)}\``) : '–';
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
