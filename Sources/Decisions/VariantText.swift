import Scenarios
import Support

/// Fills in what overrides and titles of levers and shocks leave open.
package struct VariantText {
  /// The values by name, without the `$`.
  package var values: [String: String]

  /// Fills a text for people: the values as they are.
  package func title(_ text: String) -> String {
    names.reduce(text) { $0.replacing("$" + $1, with: values[$1] ?? "") }
  }

  /// Fills a text of YAML: the values in double quotes.
  package func override(_ text: String) -> String {
    names.reduce(text) { $0.replacing("$" + $1, with: QuotedText.quoted(values[$1] ?? "")) }
  }

  /// Longer ones first: `$by` begins no other, but `$for` might.
  private var names: [String] { values.keys.sorted { ($1.count, $0) < ($0.count, $1) } }
}

extension ScenarioTree {
  /// The scenario under overrides of which those are passed over whose pattern finds nothing, or
  /// why there is no such scenario.
  package func variant(_ overrides: [String], source: String) -> Result<Scenario, Inapplicable> {
    let found = overrides.filter { text in
      guard let equals = text.firstIndex(of: "=") else { return true }
      var path = text[..<equals]
      let isFactor = path.hasSuffix("*") && !path.hasSuffix(".*")
      if isFactor { path.removeLast() }
      let pattern = InputPattern(path)
      return !pattern.hasWildcard || !inputs(matching: pattern).isEmpty
        || (!isFactor && !pattern.keys(in: root).isEmpty)
    }
    guard !found.isEmpty || overrides.isEmpty else {
      return .failure(Inapplicable(reason: "the scenario has nothing that it changes"))
    }
    do throws(InputErrors) {
      return .success(try scenario(overrides: found, source: source))
    } catch {
      return .failure(Inapplicable(reason: error.diagnostics.first?.message ?? "it is in error"))
    }
  }
}

/// Why a lever or shock has no place in a scenario.
package struct Inapplicable: Error {
  package var reason: String
}
