import { type Evaluation, type Expression, evaluate, parseExpression } from './expression.ts';
import { isObject, type Json } from './json.ts';

/** Parameters, ItemSelector or ResultSelector: JSON in which fields that end in `.$` are filled in. */
export type Template =
  | { readonly kind: 'constant'; readonly value: Json }
  | { readonly kind: 'array'; readonly items: readonly Template[] }
  | { readonly kind: 'object'; readonly fields: readonly TemplateField[] };

interface TemplateField {
  readonly name: string;
  readonly value:
    | Template
    | { readonly kind: 'filled'; readonly field: string; readonly expression: Expression };
}

/** @throws Error that names the field */
export function parseTemplate(json: Json): Template {
  if (Array.isArray(json)) return simplify({ kind: 'array', items: json.map(parseTemplate) });
  if (!isObject(json)) return { kind: 'constant', value: json };
  const fields = Object.entries(json).map(([key, value]): TemplateField => {
    if (!key.endsWith('.$')) return { name: key, value: parseTemplate(value) };
    if (typeof value !== 'string') throw new Error(`${key} must be a path or an intrinsic function`);
    return { name: key.slice(0, -2), value: { kind: 'filled', field: key, expression: inField(key, value) } };
  });
  const twice = fields.find(({ name }, index) => fields.findIndex((other) => other.name === name) !== index);
  if (twice) throw new Error(`${twice.name} is there twice, with .$ and without`);
  return simplify({ kind: 'object', fields });
}

function inField(key: string, value: string): Expression {
  try {
    return parseExpression(value);
  } catch (error) {
    throw new Error(`${key}: ${error instanceof Error ? error.message : error}`);
  }
}

/** Parts without anything to fill in are built once. */
function simplify(template: Template): Template {
  if (template.kind === 'array') {
    const values = template.items.map((item) => (item.kind === 'constant' ? item.value : undefined));
    return values.every((value) => value !== undefined) ? { kind: 'constant', value: values } : template;
  }
  if (template.kind === 'object') {
    const entries = template.fields.map(({ name, value }) =>
      value.kind === 'constant' ? ([name, value.value] as const) : undefined,
    );
    return entries.every((entry) => entry !== undefined)
      ? { kind: 'constant', value: Object.fromEntries(entries) }
      : template;
  }
  return template;
}

/** @throws EvaluationError */
export function fill(template: Template, data: Evaluation): Json {
  switch (template.kind) {
    case 'constant':
      return template.value;
    case 'array':
      return template.items.map((item) => fill(item, data));
    case 'object':
      return Object.fromEntries(
        template.fields.map(({ name, value }) => [
          name,
          value.kind === 'filled' ? evaluate(value.expression, value.field, data) : fill(value, data),
        ]),
      );
  }
}
