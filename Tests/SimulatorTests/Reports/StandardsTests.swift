import CostModel
import Foundation
import Testing

@testable import Reports
@testable import Simulator
@testable import Support

// MARK: FOCUS

private func charges(_ report: ScenarioReport) throws -> [[String: String]] {
  let rows = try CSVReader.rows(FocusCharges.table(report).csv(.rfc4180))
  return rows.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(rows[0], $0)) }
}

private func pico(_ text: String?) throws -> Int128 {
  let parts = try #require(text).split(separator: ".")
  #expect(parts.count == 2, "FOCUS decimals have a point: \(text ?? "")")
  let digits = (parts[1] + "000000000000").prefix(12)
  return try #require(Int128(parts[0])) * MoneySum.picodollarsPerDollar + #require(Int128(digits))
}

/// The mandatory columns of FOCUS 1.2.
private let mandatory = [
  "BilledCost", "BillingAccountId", "BillingAccountName", "BillingCurrency", "BillingPeriodEnd",
  "BillingPeriodStart", "ChargeCategory", "ChargeClass", "ChargeDescription", "ChargePeriodEnd",
  "ChargePeriodStart", "ContractedCost", "EffectiveCost", "InvoiceIssuerName", "ListCost",
  "PricingQuantity", "PricingUnit", "ProviderName", "PublisherName", "ServiceCategory",
  "ServiceName",
]

@Test func focusChargesAddUpToEveryBillToThePicodollar() throws {
  let report = SampleReport(users: [3, 41], fixedMonthly: 12_345).report
  let rows = try charges(report)
  for plan in report.plans {
    let mine = rows.filter { $0["BillingAccountId"] == "\(report.scenario.name)/\(plan.plan.name)" }
    for column in ["BilledCost", "EffectiveCost", "ListCost", "ContractedCost"] {
      let sum = try mine.reduce(Int128(0)) { try $0 + pico($1[column]) }
      #expect(sum == plan.result.cost.picodollars, "\(column)")
    }
  }
}

/// Plans of two scenarios in one FinOps tool are different accounts.
@Test func focusAccountsAreUniqueBetweenScenarios() throws {
  let accounts = try ["a", "b"].map { name in
    try Set(
      charges(SampleReport(name: name, users: [3, 41]).report).map { $0["BillingAccountId"] })
  }
  #expect(accounts[0] == ["a/users-3", "a/users-41"])
  #expect(accounts[0].isDisjoint(with: accounts[1]))
}

@Test func focusRowsFollowTheSpecification() throws {
  let table = FocusCharges.table(SampleReport(users: [3], fixedMonthly: 12_345).report)
  let names = table.columns.map(\.name)
  #expect(Set(mandatory).isSubset(of: names))
  #expect(names == names.filter { !$0.hasPrefix("x_") } + names.filter { $0.hasPrefix("x_") })
  let rows = try charges(SampleReport(users: [3], fixedMonthly: 12_345).report)
  for row in rows {
    // 1 November in Paris, and the moment after 30 November.
    #expect(row["ChargePeriodStart"] == "2026-10-31T23:00:00Z")
    #expect(row["BillingPeriodEnd"] == "2026-11-30T23:00:00Z")
    #expect(row["ChargeClass"] == "" && row["InvoiceId"] == "")
    // ListUnitPrice has 12 decimals: a half of the last one for every unit is all that is lost.
    let (price, quantity) = (try pico(row["ListUnitPrice"]), try pico(row["PricingQuantity"]))
    let product = Double(price) * Double(quantity) / 1e12
    #expect((product - Double(try pico(row["ListCost"]))).magnitude <= Double(quantity) / 1e12 + 1)
    let tags = try JSONSerialization.jsonObject(with: Data((row["Tags"] ?? "").utf8))
    #expect(tags is [String: String])
  }
  let fixed = try #require(rows.first { $0["ChargeCategory"] == "Purchase" })
  #expect(fixed["ConsumedQuantity"] == "" && fixed["PricingQuantity"] == "1.0")
  #expect(String(decoding: table.csv(.rfc4180), as: UTF8.self).contains(",Usage,,"))
}

@Test func focusMetersAreThoseOfTheCatalogWhereTheyExplainTheCost() throws {
  var sheet = PriceSheet()
  sheet.rates[.inputTokens] = Rate(picodollars: 2_000_000, per: 1)
  sheet.rates[.cacheReadTokens] = Rate(picodollars: 500_000, per: 1)
  sheet.rates[.outputTokens] = Rate(picodollars: 8_000_000, per: 1)
  var cell = CostCell(useCase: "chat", model: "m", provider: "p", tier: "standard")
  cell.inputTokens = 1_000
  cell.cachedInputTokens = 400
  cell.outputTokens = 100
  cell.inputCost = MoneySum(picodollars: 600 * 2_000_000 + 400 * 500_000)
  cell.outputCost = MoneySum(picodollars: 100 * 8_000_000)
  let exact = FocusCharge.meters(of: cell, sheet: sheet, months: 1)
  #expect(exact.map(\.name) == ["Input Tokens", "Cached Input Tokens", "Output Tokens"])
  // Dollars a million tokens.
  #expect(exact.map(\.unitPrice.dollars) == [2, 0.5, 8])
  #expect(exact.map { Int($0.consumed.count) } == [600, 400, 100])
  // A surcharge that no list price explains: one meter at the mean price.
  cell.inputCost += MoneySum(picodollars: 1_000)
  let mean = FocusCharge.meters(of: cell, sheet: sheet, months: 1)
  #expect(mean.map(\.name) == ["Input Tokens", "Output Tokens"])
  #expect(mean[0].cost == cell.inputCost && mean[0].unitPrice.dollars == 1.400001)
}

@Test func focusAudioAndPiecesHaveUnitsOfTheirOwn() {
  var cell = CostCell(useCase: "talks", model: "m", provider: "p", tier: "speech")
  cell.audio = SimDuration(microseconds: 5_400_000_000)
  cell.otherCost = MoneySum(picodollars: 540_000_000_000)
  let audio = FocusCharge.meters(of: cell, sheet: nil, months: 1)
  #expect(audio.map(\.pricingUnit) == ["Hours"] && audio[0].unitPrice.dollars == 0.36)
  cell.audio = .zero
  cell.attempts = 3
  let pieces = FocusCharge.meters(of: cell, sheet: nil, months: 1)
  #expect(pieces.map(\.pricingUnit) == ["Requests"] && pieces[0].unitPrice.dollars == 0.18)
}

// MARK: Data package

private struct Package: Decodable {
  struct Resource: Decodable {
    struct Dialect: Decodable { var delimiter: String }
    struct Schema: Decodable {
      struct Field: Decodable {
        var name: String
        var type: String
        var decimalChar: String?
      }
      var fields: [Field]
      var primaryKey: [String]?
    }
    var name: String
    var path: String
    var dialect: Dialect
    var schema: Schema
  }
  var name: String
  var resources: [Resource]
}

/// Every cell of every file is of the type that the package says; keys are there once.
@Test(arguments: CSVDialect.allCases)
func dataPackageDescribesTheFiles(dialect: CSVDialect) throws {
  let report = SampleReport(users: [2, 30], alertsPerPlan: 3, fixedMonthly: 1_000).report
  try withTemporaryFolder { root in
    let folder = try OutputFolder(path: root)
    try ReportWriter.write(
      report, record: RunRecord(version: "0", csvDialect: dialect), into: folder)
    try folder.commit()
    let package = try JSONDecoder().decode(
      Package.self, from: Data(bytes(root + "/sample/datapackage.json")))
    let files = try FileManager.default.contentsOfDirectory(atPath: root + "/sample")
    #expect(
      package.resources.map(\.path).sorted() == files.filter { $0.hasSuffix(".csv") }.sorted())
    for resource in package.resources {
      let delimiter = try #require(resource.dialect.delimiter.utf8.first)
      let rows = try CSVReader.rows(
        bytes(root + "/sample/" + resource.path), delimiter: delimiter)
      #expect(rows[0] == resource.schema.fields.map(\.name), "\(resource.name)")
      for row in rows.dropFirst() {
        for (field, text) in zip(resource.schema.fields, row) where !text.isEmpty {
          #expect(isValue(text, field), "\(resource.name).\(field.name): \(text)")
        }
      }
      let key = (resource.schema.primaryKey ?? []).compactMap { rows[0].firstIndex(of: $0) }
      let keys = rows.dropFirst().map { row in key.map { row[$0] } }
      #expect(key.isEmpty || Set(keys).count == keys.count, "\(resource.name)")
    }
  }
}

private func isValue(_ text: String, _ field: Package.Resource.Schema.Field) -> Bool {
  switch field.type {
  case "integer": Int64(text) != nil
  case "number":
    Double(text.replacing(field.decimalChar ?? ".", with: ".")) != nil
      && !(field.decimalChar == "," && text.contains("."))
  case "boolean": ["true", "false"].contains(text)
  case "date": text.wholeMatch(of: /\d{4}-\d\d-\d\d/) != nil
  case "datetime": text.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z/) != nil
  default: field.type == "string"
  }
}
