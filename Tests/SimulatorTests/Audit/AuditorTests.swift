import Foundation
import Testing

@testable import Audit
@testable import Reports
@testable import Support
@testable import costsim

/// Somebody's budget table, without any scenario.
@Suite struct AuditorTests {
  private static let bakery = """
    title: The bakery's plan
    units: { loaves: loaf }
    values:
      days: { value: 30, unit: days per month }
      waste: { value: 10%, unit: "%", assumed: a tenth is not sold, subject: what is not sold }
    claims:
      flour: { subject: flour, published: $800, unit: USD per month, at: "plan.md:3" }
      rent: { subject: rent, published: "$1,200", unit: USD per month, at: "plan.md:4" }
      wages: { subject: wages, published: "$4,000", unit: USD per month, at: "plan.md:5" }
      total:
        { subject: all costs, published: "$5,500", unit: USD per month, at: "plan.md:6", sum: [flour, rent, wages] }
      total-letter: { quantity: total, published: "$6,000", at: "letter.md:12" }
      loaves: { subject: loaves baked, published: "3,000", unit: loaves per month, at: "plan.md:8" }
      loaves-day: { subject: loaves a day, published: 100, unit: loaves per day, at: "plan.md:9", formula: loaves / days }
      price: { subject: the cost of a loaf, published: $2.00, unit: USD per loaf, at: "plan.md:10", formula: total-letter / loaves }
      price-thousand: { quantity: price, published: $2.00, unit: USD per 1000 loaves, at: "plan.md:11" }
      price-kilo: { subject: the cost of a kilo, published: $2.00, unit: USD per kilo, at: "plan.md:12", formula: total-letter / loaves }
      near: { subject: the cost of a loaf in words, published: $1.95, unit: USD per loaf, at: "plan.md:13", formula: total-letter / loaves }
      count: { subject: ovens, published: 21, unit: ovens, at: "plan.md:14", formula: ovens, exact: true }
      ovens: { subject: ovens bought, published: 20, unit: ovens, at: "plan.md:15" }
      sold: { subject: loaves sold, published: "2,000", unit: loaves per month, at: "plan.md:16", formula: loaves * (1 - waste) }
      lost: { subject: loaves lost, published: "1,000", unit: loaves per month, at: "plan.md:17", formula: loaves * waste }
      staff: { subject: bakers, published: 4, unit: bakers, at: "plan.md:18" }
      staff-letter: { quantity: staff, published: 5, at: "letter.md:13" }
    """

  @Test func everyKindOfVerdict() throws {
    let result = try ClaimsFolder(Self.bakery).audit()
    #expect(
      result.verdicts == [
        "flour": .unsupported, "rent": .unsupported, "wages": .unsupported, "total": .wrong,
        "total-letter": .confirmed, "loaves": .unsupported, "loaves-day": .confirmed,
        "price": .confirmed, "price-thousand": .wrong, "price-kilo": .wrong, "near": .doubtful,
        "count": .wrong, "ovens": .unsupported, "sold": .doubtful, "lost": .wrong,
        "staff": .doubtful, "staff-letter": .doubtful,
      ])
    #expect(result["price-thousand"]?.slip?.factor == 1_000)
    #expect(result["price-thousand"]?.slip?.isTooMuch == false)
    #expect(result["price-kilo"]?.otherUnit?.hasSameNumber == true)
    #expect(result["sold"]?.assumptions == ["a tenth is not sold"])
    #expect(result["total"]?.contradictions.map(\.id) == ["total-letter"])
  }

  @Test func theAnswerIsTheMostExpensiveError() throws {
    let result = try ClaimsFolder(Self.bakery).audit()
    #expect(
      AuditHeadline.text(result)
        == "Of 17 published claims, 5 are wrong, 4 are doubtful, 5 cannot "
        + "be checked and 3 are confirmed by recomputing. The most expensive error: all costs is "
        + "published as $5,500 per month and comes to $6,000.00 per month (plan.md:6).")
  }

  @Test func explanationsShowTheNumbers() throws {
    let result = try ClaimsFolder(Self.bakery).audit()
    let text = AuditText(workings: result.workings)
    let said = { (id: String) in text.explanation(try #require(result[id])) }
    #expect(
      try said("total") == "The 3 rows ($800 + $1,200 + $4,000) add up to $6,000.00 per month, so "
        + "the published $5,500 per month is $500.00 too little. Elsewhere: $6,000 per month "
        + "(letter.md:12).")
    #expect(
      try said("loaves-day") == "Right: loaves baked (3,000 loaves per month) ÷ days (30 days per "
        + "month) gives 100 loaves per day.")
    #expect(try said("price-kilo").hasSuffix("is the right number of the wrong unit."))
    #expect(
      try said("sold").hasSuffix(
        "gives 2,700 loaves per month, against the published 2,000 loaves per month. This assumes "
          + "a tenth is not sold."))
    #expect(try said("flour") == "Nothing published lets it be recomputed.")
  }

  /// What the CSV and JSON say of the same.

  @Test func aConversionBetweenUnitsOfTimeIsShown() throws {
    let result = try ClaimsFolder(
      """
      title: A shop's plan
      values:
        opened: { value: 0.5, unit: h, assumed: doors are open so long, subject: hours a door is open }
      claims:
        sold: { subject: pieces a shop sells, published: 60, unit: pieces per day, at: "plan.md:1" }
        shops: { subject: shops, published: 6, unit: x, at: "plan.md:2" }
        # 60 a day in each of 6 shops on 7 days: 2,520.
        week: { subject: pieces a week, published: "2,520", unit: pieces per week, at: "plan.md:3", formula: sold * shops }
        day: { subject: pieces a day, published: 360, unit: pieces per day, at: "plan.md:4", formula: week }
        # 2,520 a week in 168 hours: 15.
        hour: { subject: pieces an hour, published: 15, unit: pieces per h, at: "plan.md:5", formula: week * 1 }
        # 60 a day for half an hour: 60 x 0.5 / 24 = 1.25.
        door: { subject: pieces a door, published: 1.25, unit: pieces, at: "plan.md:6", formula: sold * opened }
        # 60 and 360 a day: no factor between them.
        both: { subject: pieces of all, published: 420, unit: pieces per day, at: "plan.md:7", formula: sold + sold * shops }
      """
    ).audit()
    let text = AuditText(workings: result.workings)
    let said = { (id: String) in text.explanation(try #require(result[id])) }
    #expect(
      try said("week") == "Right: pieces a shop sells (60 pieces per day) × shops (6x) × 7 "
        + "(between units of time) gives 2,520 pieces per week.")
    #expect(try said("day") == "Right: pieces a week: 360 pieces per day.")
    #expect(try said("hour").contains(" ÷ 168 (between units of time) gives 15 pieces per h"))
    #expect(try said("door").contains(" ÷ 24 (between units of time) gives 1.25 pieces"))
    #expect(try !said("both").contains("units of time"))
  }

  @Test func tablesHoldEveryClaim() throws {
    let result = try ClaimsFolder(Self.bakery).audit()
    let rows = try CSVReader.rows(ReportTables.claimsTable(result).csv(.rfc4180))
    #expect(
      rows[0] == ReportTables.claims.columns.map(\.name) && rows.count == result.findings.count + 1)
    let total = try #require(rows.first { $0[0] == "total" })
    #expect(
      Array(total[..<9]) == [
        "total", "plan.md:6", "all costs", "USD per month", "5500", "6000", "500",
        "1.090909090909", "wrong",
      ])
    #expect(rows.first { $0[0] == "flour" }?[5...7] == ["", "", ""])
    let json = try JSONSerialization.jsonObject(with: Data(AuditJSON.json(result).text.utf8))
    let claims = (json as? [String: Any])?["claims"] as? [[String: Any]]
    #expect(claims?.count == result.findings.count)
    #expect(claims?[4]["contradicted_by"] as? [String] == ["total"])
  }

  @Test func thePageListsSumsSlipsAndContradictions() throws {
    let page = AuditMarkdown.text(try ClaimsFolder(Self.bakery).audit())
    for part in [
      "# The bakery's plan\n\nOf 17 published claims, **5** are wrong",
      "## Wrong\n", "### plan.md\n", "## Unit slips\n",
      "a price per loaf taken for one per 1,000",
      "## Sums\n\n1 of 2 totals is what the rows add up to.", "These do not add up:",
      "## Contradictions\n", "4 bakers (plan.md:18) and 5 bakers (letter.md:13)",
      "## Doubtful\n", "## Confirmed\n", "## Cannot be checked\n",
    ] {
      #expect(page.contains(part), "\(part)")
    }
  }

  @Test func aPublishedNumberIsJudgedByItsPrinting() throws {
    for (published, verdict) in [
      ("~$6K", Verdict.confirmed), ("$6,000", .confirmed), ("$5,999.99", .doubtful),
      ("~$5,000", .wrong), ("$5,000–7,000", .confirmed), ("<$6,500", .confirmed),
      ("$5,500+", .confirmed), (">$7,000", .wrong),
    ] {
      let text = Self.bakery.replacing("published: \"$5,500\"", with: "published: \"\(published)\"")
      #expect(try ClaimsFolder(text).audit()["total"]?.verdict == verdict, "\(published)")
    }
  }

  /// The example of docs/claims-format.md gets the verdicts that the page tells.
  @Test func theDocumentedExampleIsTrue() throws {
    let page = try String(
      contentsOf: RepositoryFiles.root.appendingPathComponent("docs/claims-format.md"),
      encoding: .utf8)
    let example = try #require(page.split(separator: "```")[1...].first).dropFirst("yaml\n".count)
    let result = try ClaimsFolder(String(example)).audit()
    #expect(
      result.verdicts == [
        "flour": .unsupported, "rent": .unsupported, "total": .doubtful,
        "total-letter": .confirmed, "loaves": .unsupported, "loaves-day": .confirmed,
      ])
    #expect(result["total"]?.contradictions.map(\.id) == ["total-letter"])
  }

  @Test func anIndexKeepsItsOtherSections() {
    let section = IndexSection(title: "Audit", link: "audit/audit.md", text: "Fine.")
    let own = "## [Audit](audit/audit.md)\n\nFine.\n\n"
    #expect(section.added(to: nil) == "# Reports\n\n" + own)
    let index = "# Reports\n\n## [A](a/report.md)\n\ntext\n\n"
    #expect(section.added(to: index) == index + own)
    let old = index + own.replacing("Fine", with: "Old") + "## [B](b/report.md)\n\nmore\n\n"
    #expect(section.added(to: old) == index + own + "## [B](b/report.md)\n\nmore\n\n")
  }

  // MARK: What claims rest on

  /// The margin is −$200, so a tenth of the budget is not left; a number that the wrong total moves less
  /// than twofold is consistent, and so is one that the recomputed figures confirm.
  private static let chain = """
    catalogs: { prices: prices.yaml, list: list.yaml }
    typed_from: { prices: [plan.md] }
    values:
      price: { unit: USD per 1M tokens, catalog: { catalog: prices, model: m, figure: input } }
      days: { value: 30, unit: days per month }
      doubled: { formula: twice * 1 }
      guess: { value: 4, unit: "1", assumed: four times as many }
    claims:
      a: { subject: a, published: $700, unit: USD per month, at: "plan.md:1" }
      b: { subject: b, published: $500, unit: USD per month, at: "plan.md:2" }
      budget: { subject: the budget, published: "$1,000", unit: USD per month, at: "plan.md:3" }
      total: { subject: the total, published: $900, unit: USD per month, at: "plan.md:4", sum: [a, b] }
      margin: { subject: the margin, published: $100, unit: USD per month, at: "plan.md:5", formula: budget - total }
      share: { subject: the margin's share, published: 10%, at: "plan.md:6", formula: margin / budget }
      used: { subject: the share used, published: 90%, at: "plan.md:7", formula: total / budget }
      twice: { subject: twice as much, published: "$1,800", unit: USD per month, at: "plan.md:8", formula: 2 * total }
      by-value: { subject: four times, published: "$3,600", unit: USD per month, at: "plan.md:23", formula: 2 * doubled }
      same: { subject: the same, published: 2x, unit: x, at: "plan.md:9", formula: twice / total }
      sound: { subject: a and b, published: "$1,200", unit: USD per month, at: "plan.md:10", formula: a + b }
      guessed: { subject: guessed, published: $700, unit: USD per month, at: "plan.md:11", formula: a * guess }
      on-guess: { subject: on a guess, published: $350, unit: USD per month, at: "plan.md:12", formula: guessed / 2 }
      here: { subject: one way, published: 30, unit: "1", at: "plan.md:13", formula: there }
      there: { subject: the other way, published: 30, unit: "1", at: "plan.md:14", formula: here }
      grown: { subject: growth, published: 2x, unit: x, at: "plan.md:15", formula: [twice / total, budget / b] }
      grown-less: { subject: growth, published: 2x, unit: x, at: "plan.md:16", formula: [budget / b, twice / b] }
      price-plan: { subject: the price, published: $2, unit: USD per 1M tokens, at: "plan.md:17", formula: price }
      price-million: { subject: half a million, published: $1, unit: USD per 500000 tokens, at: "plan.md:18", formula: price }
      price-letter: { subject: the price, published: $2, unit: USD per 1M tokens, at: "letter.md:1", formula: price }
      price-wrong: { subject: the price, published: $5, unit: USD per 1M tokens, at: "plan.md:19", formula: price }
      list-price: { subject: listed, published: $3, unit: USD per 1M tokens, at: "plan.md:20", catalog: { catalog: list, model: m, figure: input } }
      list-other: { subject: listed, published: $3, unit: USD per 1M tokens, at: "lan.md:20", catalog: { catalog: list, model: m, figure: input } }
      tokens: { subject: tokens, published: 50M, unit: tokens per month, at: "plan.md:21" }
      spent: { subject: spent, published: 120%, at: "plan.md:24", formula: total / budget }
      spent-wrong: { subject: spent, published: 100%, at: "plan.md:25", formula: total / budget }
      spent-guess: { subject: spent, published: "$2,800", unit: USD per month, at: "plan.md:26", formula: guessed }
      bill: { subject: the bill, published: $100, unit: USD per month, at: "plan.md:22", formula: tokens * price }
    """
  private static let chainFiles = [
    "prices.yaml": "models: {m: {provider: p, input: $2 per 1M tokens, output: $2 per 1M tokens}}",
    "list.yaml": """
    models: {m: {provider: p, input: $3 per 1M tokens, output: $3 per 1M tokens, \
    source: "tables.pdf, plan.md:20"}}
    """,
  ]

  @Test func derivedClaimsAreJudgedFromRecomputedFigures() throws {
    let result = try ClaimsFolder(Self.chain, Self.chainFiles).audit()
    let found = result.verdicts
    let expected: [String: Verdict] = [
      "total": .wrong, "margin": .wrong, "share": .wrong, "used": .restsOnWrong,
      "twice": .restsOnWrong, "by-value": .restsOnWrong, "same": .restsOnWrong, "sound": .confirmed,
      "guessed": .wrong,
      "on-guess": .restsOnWrong, "here": .confirmed, "there": .confirmed, "grown": .restsOnWrong,
      "grown-less": .wrong, "bill": .confirmed, "spent": .confirmed, "spent-wrong": .wrong,
      "spent-guess": .wrong,
    ]
    for (name, verdict) in expected { #expect(found[name] == verdict, "\(name)") }
    // The total is $1,200, so $100 are −$200 and 90 % are 120 %.
    #expect(result["share"]?.recomputed?.decimal == "-20")
    #expect(result["share"]?.asPublished == .confirmed)
    #expect(result["share"]?.wrongInputs.map(\.id) == ["total"])
    #expect(result["used"]?.recomputed?.decimal == "90")
    #expect(result["used"]?.fromRecomputed?.decimal == "120")
    #expect(result["by-value"]?.fromRecomputed?.decimal == "4800")
    #expect(result["same"]?.fromRecomputed?.decimal == "2")
    #expect(result["on-guess"]?.assumptions == ["four times as many"])
    let text = AuditText(workings: result.workings)
    #expect(
      text.explanation(try #require(result["used"]))
        == "Consistent: the total ($900 per month) ÷ the budget ($1,000 per month) gives 90%; but it "
        + "rests on the total ($900 per month, plan.md:4), which is wrong; from the recomputed figures "
        + "it is 120%.")
    // $1,200 of $1,000 are 120 %, which contradicts the wrong $900 and is right.
    #expect(
      text.explanation(try #require(result["spent"]))
        == "Right by the recomputed figures: the total ($900 per month) ÷ the budget ($1,000 per month) "
        + "gives 120%. The published ones contradict it, because it rests on the total ($900 per month, "
        + "plan.md:4), which is wrong.")
    let headline = AuditHeadline.text(result)
    #expect(headline.contains("consistent, but rest on a wrong figure"), "\(headline)")
    #expect(headline.contains("only restated by data that was typed from the same documents"))
    #expect(AuditMarkdown.text(result).contains("## Consistent, but rests on a wrong figure\n"))
  }

  /// A figure that contradicts the published ones and is right by the recomputed ones stands for what is
  /// published, and nothing that rests on it is wrong for its inputs. 5,000 calls at $0.40 are $2,000, not
  /// $2,500; with $300 more $2,300, which leaves $300 of $2,600; twice $2,000 is $4,000, a quarter $1,000.
  @Test func whatRestsOnARightFigureIsJudgedByIt() throws {
    let result = try ClaimsFolder(
      """
      claims:
        bill: {subject: bill, published: "$2,500", unit: USD per month, at: "memo.md:4", formula: unit * calls}
        unit: {subject: unit cost, published: $0.40, unit: USD per call, at: "memo.md:1"}
        calls: {subject: calls, published: "5,000", unit: calls per month, at: "memo.md:2"}
        other: {subject: others, published: "$300", unit: USD per month, at: "memo.md:3"}
        budget: {subject: budget, published: "$2,600", unit: USD per month, at: "memo.md:7"}
        total: {subject: total, published: "$2,300", unit: USD per month, at: "memo.md:6", sum: [bill, other]}
        left: {subject: left, published: "$300", unit: USD per month, at: "memo.md:8", formula: budget - total}
        lost: {subject: lost, published: "$100", unit: USD per month, at: "memo.md:9", formula: budget - total}
        double: {subject: double, published: "$4,000", unit: USD per month, at: "memo.md:10", formula: 2 * bill}
        quarter: {subject: quarter, published: "$1,000", unit: USD per month, at: "memo.md:11", formula: double / 4}
      """
    ).audit()
    for name in ["total", "left", "double", "quarter"] {
      #expect(result.verdicts[name] == .confirmed, "\(name)")
    }
    #expect(result.verdicts["bill"] == .wrong && result.verdicts["lost"] == .wrong)
    #expect(result["left"]?.wrongInputs.isEmpty == true)
    #expect(result["lost"]?.recomputed?.decimal == "300")
  }

  /// A catalog that was typed from the plan confirms a letter, and the plan together with other figures,
  /// but not the plan alone; so does a model whose source names the plan.
  @Test func noClaimIsConfirmedByItsOwnTranscription() throws {
    let found = try ClaimsFolder(Self.chain, Self.chainFiles).audit().verdicts
    for name in ["price-plan", "price-million", "list-price"] {
      #expect(found[name] == .restated, "\(name)")
    }
    for name in ["price-letter", "list-other", "bill"] {
      #expect(found[name] == .confirmed, "\(name)")
    }
    #expect(found["price-wrong"] == .wrong)
    let errors = try ClaimsFolder(
      Self.chain.replacing("typed_from: { prices:", with: "typed_from: { price:"), Self.chainFiles
    ).errors
    #expect(errors.contains("unknown source 'price'") && errors.contains("did you mean 'prices'?"))
  }
}
