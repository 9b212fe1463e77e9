/** Migrations as TypeORM generates them and people write them: the first make a table each, then the other shapes take turns over those. */
export function migrationOf(index: number, tables: number): string {
  const table = `table_${index % Math.max(1, tables)}`;
  const shape = index < tables ? TABLE : (SHAPES[index % SHAPES.length] ?? TABLE);
  return `import { MigrationInterface, QueryRunner, Table, TableColumn } from 'typeorm';

export class Change${1700000000000 + index} implements MigrationInterface {
  name = 'Change${1700000000000 + index}';

  public async up(queryRunner: QueryRunner): Promise<void> {
${shape(table)}
  }

  public async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(\`SELECT 1\`);
  }
}
`;
}

const query = (...texts: readonly string[]): string => texts.map((text) => `    await queryRunner.query(\`${text}\`);`).join('\n');

const TABLE = (table: string): string =>
  query(
    `CREATE TYPE "public"."${table}_state_enum" AS ENUM('draft', 'live', 'retired')`,
    `CREATE TABLE "${table}" ("id" SERIAL NOT NULL, "createdAt" TIMESTAMP NOT NULL DEFAULT now(), "updatedAt" TIMESTAMP NOT NULL DEFAULT now(), ${Array.from({ length: 12 }, (_, index) => `"text${index}" character varying(255)`).join(', ')}, "state" "public"."${table}_state_enum" NOT NULL DEFAULT 'draft', "ownerId" integer, CONSTRAINT "PK_${table}" PRIMARY KEY ("id"))`,
    `CREATE INDEX "IDX_${table}" ON "${table}" ("text1")`,
  );

const SHAPES: readonly ((table: string) => string)[] = [
  (table) => query(`ALTER TABLE "${table}" ADD "note" text`, `UPDATE "${table}" SET "note" = ''`, `ALTER TABLE "${table}" ALTER COLUMN "note" SET NOT NULL`),
  (table) => query(`ALTER TABLE "${table}" ADD CONSTRAINT "FK_${table}" FOREIGN KEY ("ownerId") REFERENCES "owner"("id") ON DELETE CASCADE ON UPDATE NO ACTION`),
  (table) => query(
    `ALTER TYPE "public"."${table}_state_enum" RENAME TO "${table}_state_enum_old"`, `CREATE TYPE "public"."${table}_state_enum" AS ENUM('draft', 'live')`, `ALTER TABLE "${table}" ALTER COLUMN "state" DROP DEFAULT`,
    `ALTER TABLE "${table}" ALTER COLUMN "state" TYPE "public"."${table}_state_enum" USING "state"::"text"::"public"."${table}_state_enum"`, `ALTER TABLE "${table}" ALTER COLUMN "state" SET DEFAULT 'draft'`, `DROP TYPE "public"."${table}_state_enum_old"`,
  ),
  (table) => query(`DO $$\nBEGIN\n  IF EXISTS (SELECT 1 FROM information_schema.columns WHERE table_name = '${table}') THEN\n    ALTER TABLE "${table}" DROP COLUMN "text2";\n  END IF;\nEND $$`),
  (table) => `    for (const name of ['text3', 'text4']) await queryRunner.query(\`ALTER TABLE "${table}" DROP COLUMN "\${name}"\`);`,
  (table) => `    await queryRunner.addColumn('${table}', new TableColumn({ name: 'brand', type: 'varchar', length: '40', isNullable: true }));\n    await queryRunner.renameColumn('${table}', 'text5', 'title');`,
  (table) => query(`INSERT INTO "${table}" ("note") VALUES ${Array.from({ length: 40 }, (_, index) => `('value ${index}')`).join(', ')}`),
];
