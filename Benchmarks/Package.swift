// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "Benchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "costsim", path: "..")],
  targets: [
    .executableTarget(
      name: "Microbenchmarks", dependencies: [.product(name: "CostModel", package: "costsim")])
  ],
  swiftLanguageModes: [.v6]
)
