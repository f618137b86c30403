import type { BulkRow } from '../../store/store.ts';
import { numberIn, textIn } from '../usage.ts';
import type { AgentFact, AttachedScore, ExecutionFact, TraceFact, TraceFacts } from './facts.ts';
import { judgeConfidence, judgeFeedback, judgeQuality, judgeSuccess, type OutcomeRules } from './outcome.ts';

/** The id that links executions to prompt_variants. */
export const promptId = (name: string, version: number | null): string => `${name}:v${version ?? '?'}`;

function parseObject(json: string | null): Readonly<Record<string, unknown>> {
  return json === null ? {} : (JSON.parse(json) as Record<string, unknown>);
}

/** The agent that no other agent of the trace started; the earliest when there are several. */
function outermost(agents: readonly AgentFact[]): AgentFact | null {
  const ids = new Set(agents.map((agent) => agent.id));
  const outer = agents.filter((agent) => agent.parent_observation_id === null || !ids.has(agent.parent_observation_id));
  return outer.toSorted((a, b) => a.created_at.localeCompare(b.created_at) || a.id.localeCompare(b.id))[0] ?? null;
}

/** Scores on the trace as a whole, or on the observations that stand for it. */
function scoresOfTask(scores: readonly AttachedScore[], trace: TraceFact, agent: AgentFact | null): AttachedScore[] {
  const standIns = new Set([null, trace.root_observation_id, agent?.id ?? null]);
  return scores.filter((score) => standIns.has(score.observation_id));
}

/** An agent without a name of its own goes by its trace's. */
function nameOfAgent(trace: TraceFact, agent: AgentFact | null): string | null {
  if (agent !== null) {
    return agent.name ?? trace.name ?? 'unnamed agent';
  }
  return trace.name !== null && /agent/i.test(trace.name) ? trace.name : null;
}

/**
 * The task that a trace was: its agent is the one its metadata names (agent_name), else its
 * outermost AGENT observation, else the trace's own name where that calls itself an agent; null for
 * traces that are no agent's.
 */
export function taskRow(
  projectId: string,
  trace: TraceFact,
  facts: TraceFacts,
  rules: OutcomeRules,
): BulkRow<'agent_task_results'> | null {
  const metadata = parseObject(trace.metadata);
  const agent = outermost(facts.agents.get(trace.id) ?? []);
  const agentName = textIn(metadata, 'agent_name') ?? nameOfAgent(trace, agent);
  if (agentName === null) {
    return null;
  }
  const scores = scoresOfTask(facts.scores.get(trace.id) ?? [], trace, agent);
  const outcome = judgeSuccess(scores, rules, trace.error_count);
  return {
    project_id: projectId,
    task_id: trace.id,
    trace_id: trace.id,
    agent_name: agentName,
    agent_version: textIn(metadata, 'agent_version') ?? agent?.version ?? trace.version,
    task_type: textIn(metadata, 'task_type') ?? (trace.name === agentName ? null : trace.name),
    task_description: textIn(metadata, 'task_description'),
    started_at: trace.created_at,
    completed_at: trace.end_time,
    duration_seconds: trace.latency_seconds,
    success: outcome.success,
    success_source: outcome.source,
    quality_score: judgeQuality(scores, rules),
    confidence_score: judgeConfidence(scores) ?? numberIn(metadata, 'confidence'),
    total_cost_usd: trace.total_cost_usd,
    total_tokens: trace.total_tokens,
    llm_calls_count: trace.total_generations,
    fallback_count: facts.fallbacks.get(trace.id) ?? 0,
    result_data: agent?.output ?? null,
    error_message: facts.errors.get(trace.id) ?? null,
    metadata: trace.metadata,
  };
}

/** A generation as a run of its prompt. Scores on the generation itself go before scores on its trace. */
export function executionRow(
  projectId: string,
  execution: ExecutionFact,
  facts: TraceFacts,
  errorsInTrace: number,
  rules: OutcomeRules,
): BulkRow<'prompt_executions'> {
  const scores = facts.scores.get(execution.trace_id) ?? [];
  const own = scores.filter((score) => score.observation_id === execution.id);
  const trace = scores.filter((score) => score.observation_id === null);
  const ownOutcome = judgeSuccess(own, rules, errorsInTrace);
  const outcome = ownOutcome.source === 'level' ? judgeSuccess(trace, rules, errorsInTrace) : ownOutcome;
  return {
    project_id: projectId,
    execution_id: `${execution.trace_id}/${execution.id}`,
    prompt_id: promptId(execution.prompt_name, execution.prompt_version),
    trace_id: execution.trace_id,
    observation_id: execution.id,
    provider: execution.provider,
    model: execution.model,
    environment: execution.environment,
    executed_at: execution.created_at,
    latency_seconds: execution.latency_seconds,
    input_tokens: execution.input_tokens,
    output_tokens: execution.output_tokens,
    cost_usd: execution.cost_usd,
    success: outcome.success,
    success_source: outcome.source,
    quality_score: judgeQuality(own, rules) ?? judgeQuality(trace, rules),
    user_feedback: judgeFeedback(own, rules) ?? judgeFeedback(trace, rules),
    output_text: execution.completion_text,
    metadata: execution.metadata,
  };
}
