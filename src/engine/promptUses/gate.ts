/** Larger files are generated, or data. */
export const largestFileBytes = 1_000_000;

const signs =
  /get_?prompt|prompt\.get|prompts\(\)\.get|prompts\(\)\.create|::prompt\(|->prompt\(|compile_?prompt|create_?prompt|langfuse/i;

/** True when a file is worth parsing for what it says itself; nearly every file ends here. */
export function mayUsePrompts(text: string): boolean {
  return signs.test(text);
}
