import { LangfuseClient } from '@langfuse/client';
import { startActiveObservation } from '@langfuse/tracing';
import OpenAI from 'openai';

const langfuse = new LangfuseClient();
const openai = new OpenAI();

/** Lists the bugs of a change with the prompt that Langfuse serves for production. */
export async function findBugs(language: string, diff: string): Promise<string> {
  const prompt = await langfuse.prompt.get('code-review/find-bugs', { type: 'chat' });
  const messages = prompt.compile({ language, diff }, { history: [] });
  return startActiveObservation(
    'find-bugs',
    async (generation) => {
      generation.update({ prompt, model: 'gpt-4o', input: messages });
      const { choices } = await openai.chat.completions.create({ model: 'gpt-4o', messages });
      const output = choices[0]?.message.content ?? '';
      generation.update({ output });
      return output;
    },
    { asType: 'generation' },
  );
}
