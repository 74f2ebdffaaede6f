import CostModel
import Scenarios
import Support

/// A bill as its table tells it: calls × what came back from the cache × the share of each model ×
/// tokens of an answer × their price.
///
/// Where two reports are compared there are no inputs to change one by one, so the causes are the
/// factors of this product, by use case, tier and model. A fallback shows as routing then, and what
/// providers' caches read and write as price.
package struct ObservedBill: Sendable {
  /// Calls of one use case and tier.
  package struct Group: Hashable, Sendable {
    package var useCase: String
    package var tier: String
  }
  package struct Cell: Sendable {
    package var calls = 0.0
    package var hits = 0.0
    /// Attempts that were answered.
    package var answers = 0.0
    package var input = 0.0
    package var output = 0.0
    package var audio = 0.0
    package var inputCost = 0.0
    package var outputCost = 0.0
    package var otherCost = 0.0
  }

  package var cells: [Group: [String: Cell]] = [:]

  // MARK: Factors

  private var calls: Double { cells.values.joined().reduce(0) { $0 + $1.value.calls } }

  private func sum(_ group: Group, _ path: KeyPath<Cell, Double>) -> Double {
    (cells[group] ?? [:]).values.reduce(0) { $0 + $1[keyPath: path] }
  }

  private static func ratio(_ a: Double, _ b: Double) -> Double? { b == 0 ? nil : a / b }

  private func share(_ group: Group) -> Double? { Self.ratio(sum(group, \.calls), calls) ?? 0 }
  private func missed(_ group: Group) -> Double? {
    Self.ratio(sum(group, \.calls) - sum(group, \.hits), sum(group, \.calls))
  }
  private func answered(_ group: Group) -> Double? {
    Self.ratio(sum(group, \.answers), sum(group, \.calls) - sum(group, \.hits))
  }
  private func routed(_ group: Group, _ model: String) -> Double? {
    let answers = sum(group, \.answers)
    return answers == 0 ? nil : (cells[group]?[model]?.answers ?? 0) / answers
  }
  private func size(_ group: Group, _ model: String, _ path: KeyPath<Cell, Double>) -> Double? {
    (cells[group]?[model]).flatMap { Self.ratio($0[keyPath: path], $0.answers) }
  }
  private func price(
    _ group: Group, _ model: String, _ cost: KeyPath<Cell, Double>, per path: KeyPath<Cell, Double>
  ) -> Double? {
    (cells[group]?[model]).flatMap { Self.ratio($0[keyPath: cost], $0[keyPath: path]) }
  }
  /// What is due without an answer: fixed prices, failed attempts that are billed.
  private var rest: Double {
    cells.values.joined().filter { $0.value.answers == 0 }.reduce(0) {
      $0 + $1.value.inputCost + $1.value.outputCost + $1.value.otherCost
    }
  }

  // MARK: Causes

  /// Exact: they add up to the difference of the two amounts.
  package static func causes(
    from base: ObservedBill, _ old: MoneySum, to head: ObservedBill, _ new: MoneySum
  ) -> [CauseAmount] {
    let factors: [Cause] = [.volume, .mix, .tokens, .cache, .routing, .price, .failures]
    guard old != new else { return [] }
    let attribution = Attribution(causes: factors, exactCauses: factors.count) { made in
      if !made.contains(true) { return old.picodollars }
      if !made.contains(false) { return new.picodollars }
      let isNew = { (cause: Cause) in
        factors.firstIndex(of: cause).map { made[$0] } ?? false
      }
      return MoneySum(dollars: mixed(base, head, isNew)).picodollars
    }
    return zip(factors, attribution.amounts()).filter { $0.1 != .zero }.map { cause, amount in
      CauseAmount(cause: cause, amount: amount, inputs: inputs(cause, amount, base, head))
    }
  }

  /// Of the causes, the number of calls is the one whose input is a single figure.
  private static func inputs(
    _ cause: Cause, _ amount: MoneySum, _ base: ObservedBill, _ head: ObservedBill
  ) -> [CauseAmount.Input] {
    guard cause == .volume else { return [] }
    let words = "calls: \(GateWords.number(base.calls)) → \(GateWords.number(head.calls))"
    return [CauseAmount.Input(words: words, amount: amount)]
  }

  /// The bill with some factors of the one and the others of the other; a factor that one side
  /// does not show is that of the other side.
  private static func mixed(
    _ base: ObservedBill, _ head: ObservedBill, _ isNew: (Cause) -> Bool
  ) -> Double {
    func pick(_ cause: Cause, _ factor: (ObservedBill) -> Double?) -> Double {
      let (first, second) = isNew(cause) ? (head, base) : (base, head)
      return factor(first) ?? factor(second) ?? 0
    }
    var sum = pick(.price) { $0.rest }
    for group in Set(base.cells.keys).union(head.cells.keys) {
      let answers =
        pick(.volume) { $0.calls } * pick(.mix) { $0.share(group) }
        * pick(.cache) { $0.missed(group) } * pick(.failures) { $0.answered(group) }
      let models = Set((base.cells[group] ?? [:]).keys).union((head.cells[group] ?? [:]).keys)
      for model in models {
        let routed = pick(.routing) { $0.routed(group, model) }
        let input =
          pick(.tokens) { $0.size(group, model, \.input) }
          * pick(.price) { $0.price(group, model, \.inputCost, per: \.input) }
        let output =
          pick(.tokens) { $0.size(group, model, \.output) }
          * pick(.price) { $0.price(group, model, \.outputCost, per: \.output) }
        // Audio is bought by the second, all else beside tokens by the call.
        let hears = [base, head].contains { ($0.cells[group]?[model]?.audio ?? 0) > 0 }
        let other =
          hears
          ? pick(.tokens) { $0.size(group, model, \.audio) }
            * pick(.price) { $0.price(group, model, \.otherCost, per: \.audio) }
          : pick(.price) { $0.price(group, model, \.otherCost, per: \.answers) }
        sum += answers * routed * (input + output + other)
      }
    }
    return sum
  }
}

extension ObservedBill {
  /// The bills of a `costs.csv`, by plan, in any of its dialects.
  package static func read(_ path: String, _ source: FileSource) throws -> [String: ObservedBill] {
    let file: SourceFile
    do {
      file = try source.read(path, 0)
    } catch {
      throw BadInput(message: "\(path): error: \(error.message)")
    }
    let rows: [[String]]
    do {
      rows = try CSVReader.rows(Array(file.text.utf8))
    } catch let error as CSVError {
      throw BadInput(message: "\(path): error: \(error)")
    }
    guard let header = rows.first else { return [:] }
    var places: [String: Int] = [:]
    for (place, name) in header.enumerated() { places[name] = place }
    var bills: [String: ObservedBill] = [:]
    for (number, row) in rows.enumerated().dropFirst() {
      let field = { (name: String) throws -> String in
        guard let place = places[name], row.indices.contains(place) else {
          throw BadInput(
            message: "\(path):\(number + 1): error: no column '\(name)', expected a costs.csv")
        }
        return row[place]
      }
      let value = { (name: String) throws -> Double in
        // A French spreadsheet's decimals; there are no thousands marks.
        guard let value = ExactDecimal(try field(name).replacing(",", with: "."))?.double else {
          throw BadInput(message: "\(path):\(number + 1): error: '\(name)' is not a number")
        }
        return value
      }
      let cell = Cell(
        calls: try value("calls"), hits: try value("cache_hits"),
        answers: try value("attempts") - value("failures"), input: try value("input_tokens"),
        output: try value("output_tokens"), audio: try value("audio_seconds"),
        inputCost: try value("input_cost_usd"), outputCost: try value("output_cost_usd"),
        otherCost: try value("other_cost_usd"))
      let group = Group(useCase: try field("use_case"), tier: try field("tier"))
      bills[try field("plan"), default: ObservedBill()]
        .cells[group, default: [:]][try field("model")] = cell
    }
    return bills
  }
}
