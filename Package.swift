// swift-tools-version: 6.1
import PackageDescription

// Fuzzers are built optimised, which takes minutes for tests that they do not need: `make fuzz`.
let fuzzing: [String]? =
  Context.environment["COSTSIM_FUZZ"] == nil
  ? nil
  : [
    "Fuzz", "Analysis/TestRandom.swift", "Scenario/RepositoryFiles.swift",
    "Scenario/ScenarioFolder.swift", "Traces/TraceFolder.swift", "Traces/TraceReading.swift",
  ]

let package = Package(
  name: "costsim",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "costsim", targets: ["costsim"]),
    .library(name: "CostModel", targets: ["CostModel"]),
    .library(name: "Simulator", targets: ["Simulator"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    .systemLibrary(name: "CLibCSV", providers: [.apt(["libcsv-dev"])]),
    .systemLibrary(name: "CSQLite", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "COpenSSL", providers: [.apt(["libssl-dev"])]),
    // libxlsxwriter, loaded when a workbook is begun.
    .target(name: "WorkbookFile"),
    // simdjson behind a plain C interface.
    .target(name: "LogJSON", linkerSettings: [.linkedLibrary("simdjson")]),
    // The architecture, from the bottom up: each target names the rooms below it that it may look into.
    .target(name: "CostModel"),
    .target(
      name: "Support",
      dependencies: [
        "CostModel", "CLibCSV", "COpenSSL", "CSQLite", "CZlib", "WorkbookFile",
        .product(name: "Yams", package: "Yams"),
      ],
      resources: [.embedInCode("Limits")]),
    .target(
      name: "Scenarios", dependencies: ["CostModel", "Support"],
      resources: [.embedInCode("Standard")]),
    .target(
      name: "Simulator", dependencies: ["CostModel", "Support", "Scenarios", "CLibCSV", "CZlib"],
      resources: [.embedInCode("Formats"), .embedInCode("Limits")]),
    .target(
      name: "Analysis", dependencies: ["CostModel", "Support", "Scenarios", "Simulator"],
      resources: [.embedInCode("Limits")]),
    .target(
      name: "Catalogs",
      dependencies: ["CostModel", "Support", "Scenarios", "Simulator", "Analysis", "CZlib"],
      resources: [.embedInCode("Limits")]),
    .target(
      name: "Audit", dependencies: ["CostModel", "Support", "Scenarios", "Simulator", "Analysis"]),
    .target(
      name: "Decisions",
      dependencies: ["CostModel", "Support", "Scenarios", "Simulator", "Analysis", "Audit"],
      resources: [.embedInCode("Standard")]),
    .target(
      name: "Logs",
      dependencies: [
        "CostModel", "Support", "Scenarios", "Simulator", "Catalogs", "LogJSON", "CLibCSV", "CZlib",
        "COpenSSL",
      ],
      resources: [.embedInCode("Shapes")]),
    .target(
      name: "Reports",
      dependencies: [
        "CostModel", "Support", "Scenarios", "Simulator", "Analysis", "Catalogs", "Audit",
        "Decisions", "Logs", "COpenSSL", "CSQLite",
      ]),
    .target(
      name: "Gates",
      dependencies: [
        "CostModel", "Support", "Scenarios", "Simulator", "Analysis", "Decisions", "Reports",
      ]),
    .executableTarget(
      name: "costsim",
      dependencies: [
        "CostModel", "Support", "Scenarios", "Simulator", "Analysis", "Catalogs", "Audit",
        "Decisions", "Logs", "Reports", "Gates",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      resources: [.embedInCode("Starter")]),
    // The example of docs/library.md: it uses what is public alone.
    .executableTarget(
      name: "LibraryExample", dependencies: ["CostModel", "Simulator"], path: "Tests/LibraryExample"
    ),
    .target(name: "DocumentRules", dependencies: ["CostModel"], path: "Tests/DocumentRules"),
    .target(name: "ReferenceEngine", path: "Tests/ReferenceEngine"),
    .testTarget(
      name: "CostModelTests", dependencies: ["CostModel", "DocumentRules", "ReferenceEngine"]),
    .testTarget(
      name: "SimulatorTests",
      dependencies: [
        "costsim", "CostModel", "Support", "Scenarios", "Simulator", "Analysis", "Catalogs",
        "Audit", "Decisions", "Logs", "Reports", "Gates", "DocumentRules", "ReferenceEngine",
        "LibraryExample",
      ],
      sources: fuzzing),
  ],
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx17
)
