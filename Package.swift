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
    .executable(name: "costsim", targets: ["Simulator"]),
    .library(name: "CostModel", targets: ["CostModel"]),
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
    // simdjson behind a plain C interface.
    .target(name: "LogJSON", linkerSettings: [.linkedLibrary("simdjson")]),
    .target(name: "CostModel"),
    .executableTarget(
      name: "Simulator",
      dependencies: [
        "CostModel", "CLibCSV", "COpenSSL", "CSQLite", "CZlib", "LogJSON",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Yams", package: "Yams"),
      ],
      resources: [
        .embedInCode("Starter"), .embedInCode("Formats"), .embedInCode("Limits"),
        .embedInCode("Standard"), .embedInCode("Shapes"),
      ]),
    .target(name: "DocumentRules", dependencies: ["CostModel"], path: "Tests/DocumentRules"),
    .target(name: "ReferenceEngine", path: "Tests/ReferenceEngine"),
    .testTarget(
      name: "CostModelTests", dependencies: ["CostModel", "DocumentRules", "ReferenceEngine"]),
    .testTarget(
      name: "SimulatorTests",
      dependencies: ["Simulator", "CostModel", "DocumentRules", "ReferenceEngine"],
      sources: fuzzing),
  ],
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx17
)
