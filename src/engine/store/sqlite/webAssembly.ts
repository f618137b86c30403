/**
 * The part of the runtime's WebAssembly that we use. TypeScript declares it only together with the
 * whole browser (lib "dom"), which the engine must not see.
 */
export interface WasmMemory {
  /** A new one whenever the memory grows; the old one is detached. */
  readonly buffer: ArrayBuffer;
}

export interface WasmInstance {
  readonly exports: Readonly<Record<string, unknown>>;
}

declare const wasmModule: unique symbol;
export interface WasmModule {
  readonly [wasmModule]: never;
}

interface WasmRuntime {
  readonly Memory: abstract new () => WasmMemory;
  readonly Instance: new (module: WasmModule, imports: object) => WasmInstance;
  compile(bytes: Uint8Array): Promise<WasmModule>;
}

export const wasmRuntime = (globalThis as unknown as { readonly WebAssembly: WasmRuntime }).WebAssembly;
