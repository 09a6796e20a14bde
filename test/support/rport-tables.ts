/** The SQL of RPort's page "API Authentication", as it stands there. */

export const MYSQL_TABLES = `CREATE TABLE \`users\` (
\`username\` varchar(150) NOT NULL,
\`password\` varchar(255) NOT NULL,
\`password_expired\` bool NOT NULL default false,
\`two_fa_send_to\` varchar(150),
\`token\` varchar(128) default NULL,
\`totp_secret\` longtext,
UNIQUE KEY \`username\` (\`username\`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;
CREATE TABLE \`groups\` (
\`username\` varchar(150) NOT NULL,
\`group\` varchar(150) NOT NULL,
UNIQUE KEY \`username_group\` (\`username\`,\`group\`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;
CREATE TABLE \`group_details\` (
\`name\` varchar(150) NOT NULL,
\`permissions\` longtext DEFAULT '{}',
UNIQUE KEY \`name\` (\`name\`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;
`;

export const SQLITE_TABLES = `CREATE TABLE "users" (
"username" TEXT(150) NOT NULL,
"password" TEXT(255) NOT NULL,
"password_expired" BOOLEAN NOT NULL CHECK (password_expired IN (0, 1)) DEFAULT 0,
"token" TEXT(36) DEFAULT NULL,
"two_fa_send_to" TEXT(150),
"totp_secret" TEXT
);
CREATE UNIQUE INDEX "main"."username"
ON "users" (
"username" ASC
);
CREATE TABLE "groups" (
"username" TEXT(150) NOT NULL,
"group" TEXT(150) NOT NULL
);
CREATE UNIQUE INDEX "main"."username_group"
ON "groups" (
"username" ASC,
"group" ASC
);
CREATE TABLE "group_details" (
"name" TEXT(150) NOT NULL,
"permissions" TEXT DEFAULT "{}",
"tunnels_restricted" TEXT DEFAULT "{}",
"commands_restricted" TEXT DEFAULT "{}"
);
CREATE UNIQUE INDEX "main"."name" ON "group_details" (
"name" ASC
);
`;

/** For tables of MySQL that were made by the statements above. */
export const EXTENDED_PERMISSIONS = `ALTER TABLE \`group_details\` ADD COLUMN \`tunnels_restricted\` TEXT DEFAULT '{}';
ALTER TABLE \`group_details\` ADD COLUMN \`commands_restricted\` TEXT DEFAULT '{}';
`;

/** The page's own statements are for SQLite; MySQL takes column names in backquotes only. */
export const FIRST_USER = `INSERT INTO users ('username', 'password')
VALUES('admin','$2y$05$zfvuP4PvjsNWTqRFLdswEeRzETE2KiZONJQyVn7T3ZV5qcYAlmNWO');
INSERT INTO groups ('username', 'group')
VALUES('admin','Administrators');
`;

export const NO_TOTP = `UPDATE users SET totp_secret = '' WHERE \`username\` = 'your@mail.com';
`;

/** The users of the three examples of a JSON file: bare, with places for codes, with authenticator apps. */
export const USER_FILES = {
  bare: `[
{
"username": "Admin",
"password": "$2y$10$ezwCZekHE/qxMb4g9n6rU.XIIdCnHnOo.q2wqqA8LyYf3ihonenmu",
"groups": ["Administrators", "Bunnies"]
},
{
"username": "Bunny",
"password": "$2y$10$ezwCZekHE/qxMb4g9n6rU.XIIdCnHnOo.q2wqqA8LyYf3ihonenmu",
"groups": ["Bunnies"]
}
]
`,
  sendTo: `[
{
"username": "Admin",
"password": "$2y$10$ezwCZekHE/qxMb4g9n6rU.XIIdCnHnOo.q2wqqA8LyYf3ihonenmu",
"groups": ["Administrators", "Bunnies"],
"two_fa_send_to": "my.email@gmail.com"
},
{
"username": "Bunny",
"password": "$2y$10$ezwCZekHE/qxMb4g9n6rU.XIIdCnHnOo.q2wqqA8LyYf3ihonenmu",
"groups": ["Bunnies"],
"two_fa_send_to": "super.bunny@gmail.com"
}
]
`,
  totp: `[
{
"username": "Admin",
"password": "$2y$10$ezwCZekHE/qxMb4g9n6rU.XIIdCnHnOo.q2wqqA8LyYf3ihonenmu",
"groups": ["Administrators", "Bunnies"],
"totp_secret": ""
},
{
"username": "Bunny",
"password": "$2y$10$ezwCZekHE/qxMb4g9n6rU.XIIdCnHnOo.q2wqqA8LyYf3ihonenmu",
"groups": ["Bunnies"],
"totp_secret": ""
}
]
`,
} as const;
