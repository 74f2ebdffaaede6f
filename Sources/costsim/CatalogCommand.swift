import ArgumentParser
import Catalogs
import CostModel

struct CatalogCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "catalog",
    abstract: "Works on price catalogs: list, show, import, lint, diff, refresh.",
    discussion: "Example: costsim catalog list scenarios/catalogs/market.yaml gpt-4o",
    subcommands: [
      CatalogList.self, CatalogShow.self, CatalogImportCommand.self, CatalogLintCommand.self,
      CatalogDiffCommand.self, CatalogRefreshCommand.self,
    ])
}

/// Which models of a catalog are meant.
struct CatalogSearch: ParsableArguments {
  @Argument(
    help: "Words that a model's name, aliases, provider or capabilities must have, all of them.")
  var words: [String] = []

  @Option(help: "Only this provider's models. Repeatable.")
  var provider: [String] = []

  var filter: CatalogFilter { CatalogFilter(words: words, providers: provider) }
}
