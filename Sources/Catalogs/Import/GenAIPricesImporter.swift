import CostModel

/// Imports the providers of genai-prices: its `data.json`, or the `data.py` of its wheel.
package enum GenAIPricesImporter {
  package static func read(_ providers: DataTree, into result: inout CatalogImport) {
    for provider in providers.items {
      guard let name = provider["id"]?.text else {
        result.skip("a provider", because: "it has no id")
        continue
      }
      for fields in provider["models"]?.items ?? [] {
        guard let id = fields["id"]?.text else {
          result.skip("a model of \(name)", because: "it has no id")
          continue
        }
        let entry = GenAIPricesEntry(id: id, provider: name, fields)
        result.add(entry.model, entry.account)
      }
    }
  }
}
