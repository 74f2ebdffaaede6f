import CostModel
import Foundation
import Testing

@testable import Catalogs
@testable import Scenarios

/// The whole price lists, where they are at hand: COSTSIM_PRICE_LISTS names a folder with the wheels
/// of litellm 1.110.2 and genai-prices 0.2.3.
@Suite struct RealPriceListTests {
  private static let folder = ProcessInfo.processInfo.environment["COSTSIM_PRICE_LISTS"]

  @Test(
    .enabled(if: folder != nil, "COSTSIM_PRICE_LISTS, the folder of the wheels, is not set"),
    arguments: [
      ("litellm-1.110.2-cp310-abi3-manylinux_2_28_x86_64.whl", PriceListKind.litellm, 4_878),
      ("genai_prices-0.2.3-py3-none-any.whl", .genAIPrices, 2_330),
    ])
  func importingAndReadingBackIsTheIdentity(
    file: String, kind: PriceListKind, entries: Int
  ) throws {
    let path = try #require(Self.folder) + "/" + file
    let result = try PriceListSource(kind: kind, path: path)
      .read(filter: CatalogFilter(), checked: CivilDate(year: 2026, month: 10, day: 21))
    #expect(result.entries == entries)
    #expect(result.imported + result.aliases + result.skipped.count + result.filtered == entries)
    let written = CatalogText.text(result.catalog)
    let again = try CatalogTextTests.reread(written)
    #expect(again.models == result.catalog.models)
    #expect(CatalogText.text(again) == written)
  }
}
