// jest 30.5 strips types itself on Node 24: no transform, and stack traces keep their positions.
export default {
  transform: {},
  extensionsToTreatAsEsm: ['.ts'],
  testEnvironment: 'node',
  // For what hangs: tests start real processes, on machines that do other things as well.
  testTimeout: 60_000,
  testEnvironmentOptions: { customExportConditions: ['@vendure-deploy/source', 'node', 'node-addons'] },
  setupFilesAfterEnv: ['<rootDir>/jest.setup.js'],
  testMatch: ['<rootDir>/{packages,actions}/*/tests/**/*.test.ts'],
  modulePathIgnorePatterns: ['<rootDir>/packages/.*/build/', '<rootDir>/actions/.*/(build|dist)/', '<rootDir>/examples/', '<rootDir>/\\.cache/'],
};
