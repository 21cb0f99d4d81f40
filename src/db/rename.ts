/** Rewrites logical table names to the installation's physical ones in every query. */
import {
  type KyselyPlugin,
  OperationNodeTransformer,
  type PluginTransformQueryArgs,
  type PluginTransformResultArgs,
  type QueryResult,
  type RootOperationNode,
  type SchemableIdentifierNode,
  type UnknownRow,
} from "kysely";
import type { Layout } from "./layout.ts";

class TableRenamer extends OperationNodeTransformer {
  readonly #names: Map<string, string>;

  constructor(names: Map<string, string>) {
    super();
    this.#names = names;
  }

  protected override transformSchemableIdentifier(node: SchemableIdentifierNode): SchemableIdentifierNode {
    const transformed = super.transformSchemableIdentifier(node);
    const physical = this.#names.get(transformed.identifier.name);
    if (physical === undefined) return transformed;
    return { ...transformed, identifier: { ...transformed.identifier, name: physical } };
  }
}

export class LayoutPlugin implements KyselyPlugin {
  readonly #renamer: TableRenamer | null;

  constructor(layout: Layout) {
    const names = layout.renames();
    this.#renamer = names.size === 0 ? null : new TableRenamer(names);
  }

  transformQuery(args: PluginTransformQueryArgs): RootOperationNode {
    return this.#renamer === null ? args.node : this.#renamer.transformNode(args.node);
  }

  async transformResult(args: PluginTransformResultArgs): Promise<QueryResult<UnknownRow>> {
    return args.result;
  }
}
