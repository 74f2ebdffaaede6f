import CostModel
import Testing

@testable import Scenarios
@testable import Support

/// Images by their size in pixels: their tokens are the model's to count.
@Suite struct ImageTests {
  private static let tiles = ImageTokens.tiles(
    base: 85, tile: 170, edge: 512, short: 768, long: 2_048)

  /// 1,024² becomes 768²: 2 · 2 squares. 2,048 × 4,096 becomes 1,024 × 2,048, then 768 × 1,536: 2 · 3. 512²
  /// stays as it is. 4,096 × 512 becomes 2,048 × 256: 4 · 1. 769 × 2,000 becomes 768 × 1,997.4: 2 · 4.
  @Test(
    arguments: [
      (1_024, 1_024, 765), (2_048, 4_096, 1_105), (4_096, 2_048, 1_105), (512, 512, 255),
      (513, 512, 425), (4_096, 512, 765), (1, 1, 255), (769, 2_000, 1_445),
      (100_000, 1, 765),
    ] as [(Int64, Int64, Int64)])
  func tilesAreCounted(width: Int64, height: Int64, tokens: Int64) {
    #expect(Self.tiles.count(width: width, height: height) == tokens)
    #expect(Self.tiles.count(width: width, height: height, isLowDetail: true) == 85)
  }

  /// 1,000,000 / 750 = 1,333.3; 40,000 / 750 = 53.3.
  @Test(arguments: [(1_000, 1_000, 1_334), (200, 200, 54), (750, 1, 1)] as [(Int64, Int64, Int64)])
  func pixelsAreCounted(width: Int64, height: Int64, tokens: Int64) {
    let rule = ImageTokens.perPixel(tokens: 1, pixels: 750)
    #expect(rule.count(width: width, height: height) == tokens)
    #expect(rule.count(width: width, height: height, isLowDetail: true) == tokens)
  }

  private static func scenario(call: String, more: String = "") -> String {
    """
    period: { start: 2026-03-02, days: 30 }
    plans: [10]
    catalog: catalog.yaml
    models: { default: { latency: 1s } }
    policy: { rules: [{ name: all, model: tiled }] }
    traffic: { arrivals: exact }
    \(more)
    workloads:
      look: { volume: 10, \(call) }
    """
  }

  private static let catalog = """
    models:
      tiled:
        provider: p
        input: $1 per 1M tokens
        image_input: $3 per 1M tokens
        output: $0 per 1M tokens
        image_tokens: {tiles: {base: 85, tile: 170, edge: 512, short: 768, long: 2048}}
      pixels:
        provider: p
        input: $1 per 1M tokens
        output: $0 per 1M tokens
        image_tokens: {per_pixel: 1/750}
      blind: { provider: p, input: $1 per 1M tokens, output: $0 per 1M tokens }
    """

  private func folder(call: String, more: String = "") throws -> ScenarioFolder {
    try ScenarioFolder([
      "s.yaml": Self.scenario(call: call, more: more), "catalog.yaml": Self.catalog,
    ])
  }

  /// Dollars of 100 calls, simulated and by the closed form.
  private func bill(_ call: String, more: String = "") throws -> String {
    let folder = try folder(call: call, more: more)
    let outcome = try Program.run([
      "run", folder.path("s.yaml"), "--out", folder.path("out"), "-q",
    ])
    try #require(outcome.code == 0, "\(outcome.errors)")
    let rows = try CSVReader.rows(bytes(folder.path("out/s/plans.csv")))
    let plan = Dictionary(uniqueKeysWithValues: zip(rows[0], rows[1]))
    #expect(plan["cost_usd"] == plan["expected_cost_usd"])
    return plan["cost_usd"] ?? ""
  }

  @Test func imagesAreBilled() throws {
    // 100 calls of 765 tokens at $3 a million.
    #expect(try bill("image: {width: 1024, height: 1024}") == "0.229500")
    // Two of 1,105.
    #expect(try bill("image: {width: 2048, height: 4096, count: 2}") == "0.663000")
    #expect(try bill("image: {width: 2048, height: 4096, detail: low}") == "0.025500")
    // A part of the input that is stated: 235 tokens at $1 are left.
    #expect(try bill("input: 1000, image: {width: 1024, height: 1024}") == "0.253000")
    // Another model counts otherwise: 1,048,576 / 750 = 1,398.1, and bills images as text.
    #expect(
      try bill("image: {width: 1024, height: 1024}", more: "swaps: [{model: tiled, by: pixels}]")
        == "0.139900")
  }

  @Test(arguments: [
    ("image: {width: 1024, height: 1024}, input_image: 5", "", "exclude each other"),
    ("image: {width: 1024}", "", "'height' is missing"),
    ("image: {width: 0, height: 1}", "", "1"),
    (
      "image: {width: 1024, height: 1024}, input: 700", "",
      "the images' 765 tokens cannot be part of"
    ),
    (
      "image: {width: 1024, height: 1024}", "chains: { standard: [tiled, pixels] }",
      "765 tokens of 'tiled' and 1,399 of 'pixels', and this call can reach both"
    ),
    (
      "image: {width: 1024, height: 1024}", "chains: { standard: [blind] }",
      "can reach 'blind', whose rule for their tokens is not known"
    ),
    ("image: {width: 1024, height: 1024, detail: huge}", "", "huge"),
    (
      "image: {width: 1024, height: 1024}",
      "experiments: {try: {workloads: [look], variants: {a: {share: 50%}, b: {share: 50%, model: pixels}}}}",
      "765 tokens where the call is routed, and 1,399 of the model of an experiment's variant"
    ),
  ])
  func whatCannotBeCountedIsAnError(call: String, more: String, message: String) throws {
    let folder = try folder(call: call, more: more)
    let outcome = try Program.run(["validate", folder.path("s.yaml")])
    #expect(outcome.code == 2 && outcome.errors.contains(message), "\(outcome.errors)")
    #expect(outcome.errors.contains("s.yaml:"))
  }

  /// Prices alone are compared: a catalog that counts images otherwise is refused, one that does not count
  /// them is not.
  @Test func comparedCatalogsCountAlike() throws {
    let folder = try folder(
      call: "image: {width: 1024, height: 1024}", more: "compare_catalog: other.yaml")
    try folder.write("other.yaml", Self.catalog.replacing("tile: 170", with: "tile: 100"))
    let outcome = try Program.run(["validate", folder.path("s.yaml")])
    // 85 + 4 · 100.
    #expect(outcome.code == 2 && outcome.errors.contains("as 485 tokens instead of 765"))
    try folder.write(
      "other.yaml", Self.catalog.replacing("image_tokens:", with: "# image_tokens:"))
    #expect(try Program.run(["validate", folder.path("s.yaml")]).code == 0)
  }

  @Test(arguments: [
    ("{per_pixel: 750}", "expected tokens a pixel like 1/750, not '750'"),
    ("{per_pixel: 0/750}", "expected tokens a pixel"),
    ("{tiles: {edge: 512}}", "'tile' is missing"),
    ("{per_pixel: 1/750, tiles: {tile: 1, edge: 512}}", "expected either 'tiles' or 'per_pixel'"),
    ("{}", "expected either 'tiles' or 'per_pixel'"),
  ])
  func rulesAreChecked(rule: String, message: String) throws {
    let folder = try folder(call: "input: 1")
    try folder.write(
      "catalog.yaml", Self.catalog.replacing("{per_pixel: 1/750}", with: rule))
    let outcome = try Program.run(["validate", folder.path("s.yaml")])
    #expect(outcome.code == 2 && outcome.errors.contains(message), "\(outcome.errors)")
    #expect(outcome.errors.contains("catalog.yaml:"))
  }

  /// A catalog that is written out keeps the rule.
  @Test func rulesAreKept() throws {
    let folder = try folder(call: "input: 1")
    let catalog = try CatalogReader.read(path: folder.path("catalog.yaml"))
    let text = CatalogText.text(catalog)
    #expect(text.contains("{tiles: {base: 85, tile: 170, edge: 512, short: 768, long: 2048}}"))
    try folder.write("again.yaml", text)
    let again = try CatalogReader.read(path: folder.path("again.yaml"))
    #expect(again.models.map(\.imageTokens) == catalog.models.map(\.imageTokens))
  }
}
