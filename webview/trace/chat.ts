import { isList, isRecord, type Json } from './readJson.ts';

type JsonRecord = Readonly<Record<string, Json>>;

export type ChatPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'thinking'; readonly text: string }
  | { readonly kind: 'toolCall'; readonly name: string; readonly id: string | null; readonly arguments: Json }
  | { readonly kind: 'toolResult'; readonly name: string | null; readonly id: string | null; readonly value: Json }
  /** Pictures, sound, files; never drawn, since their addresses are others'. */
  | { readonly kind: 'media'; readonly type: string; readonly source: string }
  /** What is none of these, as it is. */
  | { readonly kind: 'data'; readonly value: Json };

export interface ChatMessage {
  /** As it is written: system, user, assistant, tool, model … */
  readonly role: string;
  readonly name: string | null;
  readonly parts: readonly ChatPart[];
}

export interface Chat {
  readonly messages: readonly ChatMessage[];
  /** What stood beside the messages, such as tool definitions; null for nothing. */
  readonly rest: JsonRecord | null;
}

/**
 * The messages of a model's input or output, in the ways that OpenAI (chat and responses), Anthropic,
 * Gemini, LangChain, the Vercel AI SDK and OpenTelemetry's gen_ai events write them. Null when the value
 * is none: then it is shown as data. Nothing is left out: what is not understood becomes a part of kind data.
 */
export function readChat(value: Json): Chat | null {
  if (isList(value)) {
    const list = value.length === 1 && isList(value[0]) ? value[0] : value;
    const messages = readMessages(list);
    return messages === null ? null : { messages, rest: null };
  }
  if (!isRecord(value)) {
    return null;
  }
  const message = readMessage(value);
  return message === null ? readEnvelope(value) : { messages: [message], rest: null };
}

/** An object that holds messages under a name. */
function readEnvelope(value: JsonRecord): Chat | null {
  for (const name of ['messages', 'contents', 'input', 'output', 'choices', 'candidates', 'prompt'] as const) {
    const list = value[name];
    const messages = isList(list) ? readMessages(list.length === 1 && isList(list[0]) ? list[0] : list) : null;
    if (messages !== null) {
      const systemNames = ['system', 'systemInstruction', 'system_instruction', 'instructions'];
      const system = systemNames.flatMap((key) => systemMessage(value[key]));
      const rest = without(value, [name, ...(system.length === 0 ? [] : systemNames)]);
      return { messages: [...system, ...messages], rest: Object.keys(rest).length === 0 ? null : rest };
    }
  }
  return null;
}

function systemMessage(value: Json | undefined): readonly ChatMessage[] {
  if (value === undefined || value === null || value === '') {
    return [];
  }
  const content = isRecord(value) && isList(value.parts) ? value.parts : value;
  return [{ role: 'system', name: null, parts: readParts(content) }];
}

/** Null unless every one is a message. */
function readMessages(list: readonly Json[]): readonly ChatMessage[] | null {
  const messages = list.map((item) => (isRecord(item) ? readMessage(item) : null));
  return messages.length > 0 && messages.every((message) => message !== null) ? messages : null;
}

/** `type` of LangChain's messages, in its own names and those of its classes. */
const langchainRoles: Readonly<Record<string, string>> = {
  human: 'user',
  HumanMessage: 'user',
  ai: 'assistant',
  AIMessage: 'assistant',
  AIMessageChunk: 'assistant',
  system: 'system',
  SystemMessage: 'system',
  tool: 'tool',
  ToolMessage: 'tool',
  function: 'function',
};

function readMessage(item: JsonRecord): ChatMessage | null {
  // A choice of OpenAI or a candidate of Gemini wraps its message.
  const wrapper = isRecord(item.message) ? 'message' : 'content';
  const wrapped = item[wrapper];
  if (isRecord(wrapped) && typeof wrapped.role === 'string' && item.role === undefined) {
    const inner = readMessage(wrapped);
    const beside = meaningful(without(item, [wrapper, 'index']));
    return inner === null || beside === null
      ? inner
      : { ...inner, parts: [...inner.parts, { kind: 'data', value: beside }] };
  }
  const kwargs = item.kwargs;
  if (isRecord(kwargs) && isList(item.id)) {
    const name = item.id.at(-1);
    const role = typeof name === 'string' ? langchainRoles[name] : undefined;
    return role === undefined ? null : messageOf(role, kwargs);
  }
  const response = responseItem(item);
  if (response !== null) {
    return response;
  }
  if (typeof item.role === 'string' && hasContent(item)) {
    return messageOf(item.role, item);
  }
  const role = typeof item.type === 'string' && 'content' in item ? langchainRoles[item.type] : undefined;
  return role === undefined ? null : messageOf(role, item);
}

const contentNames = ['content', 'parts', 'tool_calls', 'toolCalls', 'function_call', 'refusal'] as const;

function hasContent(item: JsonRecord): boolean {
  return contentNames.some((name) => name in item);
}

/** Items of OpenAI's responses that are no messages by themselves. */
function responseItem(item: JsonRecord): ChatMessage | null {
  const part = isResponseType(item.type) ? readPart(item) : null;
  return part === null ? null : { role: part.kind === 'toolResult' ? 'tool' : 'assistant', name: null, parts: [part] };
}

function isResponseType(type: Json | undefined): boolean {
  return type === 'function_call' || type === 'function_call_output' || type === 'reasoning';
}

/** What every message may carry without its being worth a line. */
const quietNames = ['role', 'name', 'type', 'id', 'status', 'index', 'example', 'tool_call_id', 'toolCallId'];
const callNames = ['tool_calls', 'toolCalls', 'function_call', 'refusal'];

function messageOf(role: string, item: JsonRecord): ChatMessage {
  const contentName = isEmpty(item.content ?? null) ? 'parts' : 'content';
  const content = item[contentName] ?? null;
  const name = textOrNull(item.name);
  const calls = [
    ...listOf(item.tool_calls ?? item.toolCalls),
    ...(isRecord(item.function_call) ? [item.function_call] : []),
  ];
  const refusal = textOrNull(item.refusal);
  const beside = meaningful(without(item, [...quietNames, ...callNames, contentName]));
  return {
    role,
    name,
    parts: [
      ...(isResult(role, item) ? resultParts(item, content) : readParts(content)),
      ...(refusal === null ? [] : [{ kind: 'text', text: refusal } as const]),
      ...calls.map(toolCall),
      ...(beside === null ? [] : [{ kind: 'data', value: beside } as const]),
    ],
  };
}

function isResult(role: string, item: JsonRecord): boolean {
  return role === 'tool' || role === 'function' || textOrNull(item.tool_call_id ?? item.toolCallId) !== null;
}

/** The content of a message that answers a call: one result, unless its parts say more. */
function resultParts(item: JsonRecord, content: Json): readonly ChatPart[] {
  const value = plainResult(content);
  return isList(value)
    ? readParts(value)
    : [
        {
          kind: 'toolResult',
          name: textOrNull(item.name),
          id: textOrNull(item.tool_call_id ?? item.toolCallId),
          value: parsed(value),
        },
      ];
}

function without(record: JsonRecord, names: readonly string[]): JsonRecord {
  return Object.fromEntries(Object.entries(record).filter(([key]) => !names.includes(key)));
}

/** Without members that say nothing; null when none is left. */
function meaningful(members: JsonRecord): JsonRecord | null {
  const said = Object.entries(members).filter(([, value]) => !isEmpty(value));
  return said.length === 0 ? null : Object.fromEntries(said);
}

function isEmpty(value: Json): boolean {
  return (
    value === null ||
    value === false ||
    value === '' ||
    (isList(value) && value.length === 0) ||
    (isRecord(value) && Object.keys(value).length === 0)
  );
}

function readParts(content: Json): readonly ChatPart[] {
  if (content === null || content === '') {
    return [];
  }
  if (typeof content === 'string') {
    return [{ kind: 'text', text: content }];
  }
  return isList(content)
    ? content.map((part) => (typeof part === 'string' ? ({ kind: 'text', text: part } as const) : readPart(part)))
    : [readPart(content)];
}

function readPart(part: Json): ChatPart {
  const data: ChatPart = { kind: 'data', value: part };
  if (!isRecord(part)) {
    return data;
  }
  const type = textOrNull(part.type) ?? '';
  if (isRecord(part.functionCall)) {
    return toolCall(part.functionCall);
  }
  if (isRecord(part.functionResponse)) {
    const { name, response, id } = part.functionResponse;
    return { kind: 'toolResult', name: textOrNull(name), id: textOrNull(id), value: response ?? null };
  }
  const mediaType = mediaTypeOf(part);
  if (mediaType !== null) {
    return { kind: 'media', type: mediaType, source: mediaSource(part) };
  }
  switch (type) {
    case 'tool_use':
    case 'tool-call':
    case 'tool_call':
    case 'function_call':
      return toolCall(part);
    case 'tool_result':
    case 'tool-result':
    case 'tool_call_response':
    case 'function_call_output':
      return toolResult(part);
    case 'thinking':
    case 'reasoning': {
      const thought = textOrNull(part.thinking ?? part.text ?? part.content) ?? joinedTexts(part.summary);
      return thought === null ? data : { kind: 'thinking', text: thought };
    }
    default: {
      const text = textOrNull(part.text) ?? (type === 'text' ? textOrNull(part.content) : null);
      return text === null ? data : { kind: part.thought === true ? 'thinking' : 'text', text };
    }
  }
}

/** The texts of a list of parts as one; null for anything else. */
function joinedTexts(value: Json | undefined): string | null {
  const texts = listOf(value).map((item) => (isRecord(item) ? textOrNull(item.text) : null));
  return texts.length > 0 && texts.every((text) => text !== null) ? texts.join('\n') : null;
}

function toolCall(call: Json): ChatPart {
  if (!isRecord(call)) {
    return { kind: 'data', value: call };
  }
  const inner = isRecord(call.function) ? call.function : call;
  const name = textOrNull(inner.name ?? inner.toolName);
  const given = inner.arguments ?? inner.args ?? inner.input ?? inner.parameters ?? null;
  const id = textOrNull(call.call_id ?? call.id ?? call.toolCallId);
  return name === null ? { kind: 'data', value: call } : { kind: 'toolCall', name, id, arguments: parsed(given) };
}

function toolResult(part: JsonRecord): ChatPart {
  const value = part.content ?? part.result ?? part.output ?? part.response ?? null;
  const id = textOrNull(part.tool_use_id ?? part.toolCallId ?? part.call_id ?? part.id);
  return { kind: 'toolResult', name: textOrNull(part.name ?? part.toolName), id, value: parsed(plainResult(value)) };
}

/** Anthropic's results are lists of text parts; one that is a single text is that text. */
function plainResult(value: Json): Json {
  const texts = joinedTexts(value);
  return texts ?? value;
}

/** Arguments and results are often JSON in a text. */
function parsed(value: Json): Json {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) {
    return value;
  }
  try {
    return JSON.parse(value) as Json;
  } catch {
    return value;
  }
}

function mediaTypeOf(part: JsonRecord): string | null {
  const named = /^(?:input_)?(image|audio|video|file|document)(?:_url)?$/.exec(textOrNull(part.type) ?? '');
  if (named !== null) {
    return named[1] ?? null;
  }
  const inline = part.inlineData ?? part.inline_data ?? part.fileData ?? part.file_data;
  return isRecord(inline) ? (textOrNull(inline.mimeType ?? inline.mime_type) ?? 'file') : null;
}

/** Where it is, or how it was given. Media that Langfuse keeps are references of its own, which say what they are. */
function mediaSource(part: JsonRecord): string {
  const found = findText(
    part,
    new Set(['url', 'image_url', 'file_url', 'fileUri', 'file_id', 'file_name', 'filename', 'data']),
  );
  return found ?? JSON.stringify(part);
}

function findText(value: Json, names: ReadonlySet<string>): string | null {
  if (!isRecord(value)) {
    return null;
  }
  for (const [key, member] of Object.entries(value)) {
    const text = names.has(key) ? textOrNull(member) : null;
    const found = text ?? findText(member, names);
    if (found !== null) {
      return found;
    }
  }
  return null;
}

function listOf(value: Json | undefined): readonly Json[] {
  return isList(value) ? value : [];
}

function textOrNull(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null;
}
