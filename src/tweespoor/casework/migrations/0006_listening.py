"""Codes to listen back with, and the devices on which that happens."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0005_overseeing'),
    ]

    operations = [
        migrations.CreateModel(
            name='ListeningCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seat', models.IntegerField()),
                ('code_sha256', models.CharField(max_length=64, unique=True)),
                ('word', models.CharField(max_length=200)),
                ('able', models.BooleanField(default=False)),
                ('wrong', models.IntegerField(default=0)),
                ('made_ms', models.BigIntegerField()),
                ('ended_ms', models.BigIntegerField(null=True)),
                ('conversation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='listening_codes', to='casework.conversation')),
            ],
        ),
        migrations.CreateModel(
            name='Hearing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seat', models.IntegerField()),
                ('step', models.CharField(choices=[('word', 'Word'), ('office', 'Office'), ('open', 'Open')], max_length=10)),
                ('able', models.BooleanField(default=False)),
                ('token_sha256', models.CharField(max_length=64, unique=True)),
                ('began_ms', models.BigIntegerField()),
                ('expires_ms', models.BigIntegerField()),
                ('conversation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='hearings', to='casework.conversation')),
                ('staff', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('code', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='hearings', to='casework.listeningcode')),
            ],
        ),
    ]
