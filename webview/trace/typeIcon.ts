import circle from '@vscode/codicons/src/icons/circle-small-filled.svg';
import checklist from '@vscode/codicons/src/icons/checklist.svg';
import comment from '@vscode/codicons/src/icons/comment-discussion.svg';
import link from '@vscode/codicons/src/icons/link.svg';
import listTree from '@vscode/codicons/src/icons/list-tree.svg';
import robot from '@vscode/codicons/src/icons/robot.svg';
import search from '@vscode/codicons/src/icons/search.svg';
import shield from '@vscode/codicons/src/icons/shield.svg';
import symbolArray from '@vscode/codicons/src/icons/symbol-array.svg';
import symbolMisc from '@vscode/codicons/src/icons/symbol-misc.svg';
import tools from '@vscode/codicons/src/icons/tools.svg';

/** As in the tree of the side bar. */
const typeIcons: Readonly<Record<string, string>> = {
  GENERATION: comment,
  EMBEDDING: symbolArray,
  AGENT: robot,
  TOOL: tools,
  SPAN: listTree,
  CHAIN: link,
  RETRIEVER: search,
  EVALUATOR: checklist,
  GUARDRAIL: shield,
  EVENT: circle,
};

export function typeIcon(type: string): string {
  return typeIcons[type] ?? symbolMisc;
}
